import type { Paper } from "./paper.ts";

/** Papers on gates. */
export const onGates = {
  serra2018: {
    authors: "Serrà, Joan and Surís, Dídac and Miron, Marius and Karatzoglou, Alexandros",
    year: 2018,
    title: "Overcoming Catastrophic Forgetting with Hard Attention to the Task",
    venue: "International Conference on Machine Learning",
    arxiv: "1801.01423",
  },
  kirkpatrick2017: {
    authors:
      "Kirkpatrick, James and Pascanu, Razvan and Rabinowitz, Neil and Veness, Joel and Desjardins, Guillaume and Rusu, Andrei A. and others",
    year: 2017,
    title: "Overcoming catastrophic forgetting in neural networks",
    venue: "Proceedings of the National Academy of Sciences 114",
    arxiv: "1612.00796",
  },
  huszar2018: {
    authors: "Huszár, Ferenc",
    year: 2018,
    title: "Note on the quadratic penalties in elastic weight consolidation",
    venue: "Proceedings of the National Academy of Sciences 115",
    doi: "10.1073/pnas.1717042115",
  },
  schwarz2018: {
    authors:
      "Schwarz, Jonathan and Luketina, Jelena and Czarnecki, Wojciech M. and Grabska-Barwinska, Agnieszka and Teh, Yee Whye and Pascanu, Razvan and Hadsell, Raia",
    year: 2018,
    title: "Progress & Compress: A scalable framework for continual learning",
    venue: "International Conference on Machine Learning",
    arxiv: "1805.06370",
  },
  zenke2017: {
    authors: "Zenke, Friedemann and Poole, Ben and Ganguli, Surya",
    year: 2017,
    title: "Continual Learning Through Synaptic Intelligence",
    venue: "International Conference on Machine Learning",
    arxiv: "1703.04200",
  },
  bengio2015: {
    authors: "Bengio, Emmanuel and Bacon, Pierre-Luc and Pineau, Joelle and Precup, Doina",
    year: 2015,
    title: "Conditional Computation in Neural Networks for faster models",
    venue: "arXiv preprint",
    arxiv: "1511.06297",
  },
  wortsman2020: {
    authors:
      "Wortsman, Mitchell and Ramanujan, Vivek and Liu, Rosanne and Kembhavi, Aniruddha and Rastegari, Mohammad and Yosinski, Jason and Farhadi, Ali",
    year: 2020,
    title: "Supermasks in Superposition",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2006.14769",
  },
  masse2018: {
    authors: "Masse, Nicolas Y. and Grant, Gregory D. and Freedman, David J.",
    year: 2018,
    title: "Alleviating catastrophic forgetting using context-dependent gating and synaptic stabilization",
    venue: "Proceedings of the National Academy of Sciences 115",
    doi: "10.1073/pnas.1803839115",
  },
  kang2022: {
    authors:
      "Kang, Haeyong and Mina, Rusty John Lloyd and Madjid, Sultan Rizky Hikmawan and Yoon, Jaehong and Hasegawa-Johnson, Mark and Hwang, Sung Ju and Yoo, Chang D.",
    year: 2022,
    title: "Forget-free Continual Learning with Winning Subnetworks",
    venue: "International Conference on Machine Learning, PMLR 162",
  },
  ramanujan2020: {
    authors:
      "Ramanujan, Vivek and Wortsman, Mitchell and Kembhavi, Aniruddha and Farhadi, Ali and Rastegari, Mohammad",
    year: 2020,
    title: "What's Hidden in a Randomly Weighted Neural Network?",
    venue: "Conference on Computer Vision and Pattern Recognition",
    arxiv: "1911.13299",
  },
  mallya2018: {
    authors: "Mallya, Arun and Lazebnik, Svetlana",
    year: 2018,
    title: "PackNet: Adding Multiple Tasks to a Single Network by Iterative Pruning",
    venue: "Conference on Computer Vision and Pattern Recognition",
    arxiv: "1711.05769",
  },
  petersen2022: {
    authors: "Petersen, Felix and Borgelt, Christian and Kuehne, Hilde and Deussen, Oliver",
    year: 2022,
    title: "Deep Differentiable Logic Gate Networks",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2210.08277",
  },
  mommen2025: {
    authors: "Mommen, Wout and Keuninckx, Lars and Hartmann, Matthias and others",
    year: 2025,
    title: "A Method for Optimizing Connections in Differentiable Logic Gate Networks",
    venue: "arXiv preprint",
    arxiv: "2507.06173",
  },
  evci2020: {
    authors: "Evci, Utku and Gale, Trevor and Menick, Jacob and Castro, Pablo Samuel and Elsen, Erich",
    year: 2020,
    title: "Rigging the Lottery: Making All Tickets Winners",
    venue: "International Conference on Machine Learning",
    arxiv: "1911.11134",
  },
} satisfies { readonly [key: string]: Paper };
