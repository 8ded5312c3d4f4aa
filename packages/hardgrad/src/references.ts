import type { Reference } from "./types.ts";

type Key =
  | "williams1992"
  | "bengio2013"
  | "mnih2014"
  | "titsias2015"
  | "jang2017"
  | "maddison2017"
  | "kool2019"
  | "dong2020"
  | "liu2023"
  | "shekhovtsov2023"
  | "mohamed2020"
  | "arya2022"
  | "yin2019"
  | "dimitriev2021"
  | "dong2021"
  | "mnih2016"
  | "kool2020"
  | "koolTopK2019"
  | "liu2019"
  | "correia2020"
  | "peters2019"
  | "gregor2014"
  | "hooper2026"
  | "he2026"
  | "shah2024"
  | "paulus2021"
  | "fan2022"
  | "wang2026"
  | "gu2016"
  | "titsias2022"
  | "tucker2017"
  | "grathwohl2018"
  | "shi2022"
  | "louizos2018"
  | "yamada2020"
  | "xie2019"
  | "xie2020"
  | "ahmed2023"
  | "niepert2021"
  | "minervini2023"
  | "berthet2020"
  | "grover2019"
  | "prillo2020";

/** The papers, once; entries of the catalogue point here. */
export const references: { readonly [K in Key]: Reference } = {
  williams1992: {
    key: "williams1992",
    authors: "Williams, Ronald J.",
    year: 1992,
    title: "Simple statistical gradient-following algorithms for connectionist reinforcement learning",
    venue: "Machine Learning 8",
    doi: "10.1007/BF00992696",
  },
  bengio2013: {
    key: "bengio2013",
    authors: "Bengio, Yoshua and Léonard, Nicholas and Courville, Aaron",
    year: 2013,
    title: "Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation",
    venue: "arXiv preprint",
    arxiv: "1308.3432",
  },
  mnih2014: {
    key: "mnih2014",
    authors: "Mnih, Andriy and Gregor, Karol",
    year: 2014,
    title: "Neural Variational Inference and Learning in Belief Networks",
    venue: "International Conference on Machine Learning",
    arxiv: "1402.0030",
  },
  titsias2015: {
    key: "titsias2015",
    authors: "Titsias, Michalis K. and Lázaro-Gredilla, Miguel",
    year: 2015,
    title: "Local Expectation Gradients for Black Box Variational Inference",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "1503.01494",
  },
  jang2017: {
    key: "jang2017",
    authors: "Jang, Eric and Gu, Shixiang and Poole, Ben",
    year: 2017,
    title: "Categorical Reparameterization with Gumbel-Softmax",
    venue: "International Conference on Learning Representations",
    arxiv: "1611.01144",
  },
  maddison2017: {
    key: "maddison2017",
    authors: "Maddison, Chris J. and Mnih, Andriy and Teh, Yee Whye",
    year: 2017,
    title: "The Concrete Distribution: A Continuous Relaxation of Discrete Random Variables",
    venue: "International Conference on Learning Representations",
    arxiv: "1611.00712",
  },
  kool2019: {
    key: "kool2019",
    authors: "Kool, Wouter and van Hoof, Herke and Welling, Max",
    year: 2019,
    title: "Buy 4 REINFORCE Samples, Get a Baseline for Free!",
    venue: "ICLR workshop Deep RL Meets Structured Prediction",
  },
  dong2020: {
    key: "dong2020",
    authors: "Dong, Zhe and Mnih, Andriy and Tucker, George",
    year: 2020,
    title: "DisARM: An Antithetic Gradient Estimator for Binary Latent Variables",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2006.10680",
  },
  liu2023: {
    key: "liu2023",
    authors: "Liu, Liyuan and Dong, Chengyu and Liu, Xiaodong and Yu, Bin and Gao, Jianfeng",
    year: 2023,
    title: "Bridging Discrete and Backpropagation: Straight-Through and Beyond",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2304.08612",
  },
  shekhovtsov2023: {
    key: "shekhovtsov2023",
    authors: "Shekhovtsov, Alexander",
    year: 2023,
    title: "Cold Analysis of Rao-Blackwellized Straight-Through Gumbel-Softmax Gradient Estimator",
    venue: "International Conference on Machine Learning",
  },
  mohamed2020: {
    key: "mohamed2020",
    authors: "Mohamed, Shakir and Rosca, Mihaela and Figurnov, Michael and Mnih, Andriy",
    year: 2020,
    title: "Monte Carlo Gradient Estimation in Machine Learning",
    venue: "Journal of Machine Learning Research 21",
    arxiv: "1906.10652",
  },
  arya2022: {
    key: "arya2022",
    authors: "Arya, Gaurav and Schauer, Moritz and Schäfer, Frank and Rackauckas, Christopher",
    year: 2022,
    title: "Automatic Differentiation of Programs with Discrete Randomness",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2210.08572",
  },
  yin2019: {
    key: "yin2019",
    authors: "Yin, Mingzhang and Zhou, Mingyuan",
    year: 2019,
    title: "ARM: Augment-REINFORCE-Merge Gradient for Stochastic Binary Networks",
    venue: "International Conference on Learning Representations",
    arxiv: "1807.11143",
  },
  dimitriev2021: {
    key: "dimitriev2021",
    authors: "Dimitriev, Alek and Zhou, Mingyuan",
    year: 2021,
    title: "ARMS: Antithetic-REINFORCE-Multi-Sample Gradient for Binary Variables",
    venue: "International Conference on Machine Learning",
    arxiv: "2105.14141",
  },
  dong2021: {
    key: "dong2021",
    authors: "Dong, Zhe and Mnih, Andriy and Tucker, George",
    year: 2021,
    title: "Coupled Gradient Estimators for Discrete Latent Variables",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2106.08056",
  },
  mnih2016: {
    key: "mnih2016",
    authors: "Mnih, Andriy and Rezende, Danilo J.",
    year: 2016,
    title: "Variational inference for Monte Carlo objectives",
    venue: "International Conference on Machine Learning",
    arxiv: "1602.06725",
  },
  kool2020: {
    key: "kool2020",
    authors: "Kool, Wouter and van Hoof, Herke and Welling, Max",
    year: 2020,
    title: "Estimating Gradients for Discrete Random Variables by Sampling without Replacement",
    venue: "International Conference on Learning Representations",
    arxiv: "2002.06043",
  },
  koolTopK2019: {
    key: "koolTopK2019",
    authors: "Kool, Wouter and van Hoof, Herke and Welling, Max",
    year: 2019,
    title:
      "Stochastic Beams and Where to Find Them: The Gumbel-Top-k Trick for Sampling Sequences Without Replacement",
    venue: "International Conference on Machine Learning",
    arxiv: "1903.06059",
  },
  liu2019: {
    key: "liu2019",
    authors:
      "Liu, Runjing and Regier, Jeffrey and Tripuraneni, Nilesh and Jordan, Michael I. and McAuliffe, Jon",
    year: 2019,
    title: "Rao-Blackwellized Stochastic Gradients for Discrete Distributions",
    venue: "International Conference on Machine Learning",
    arxiv: "1810.04777",
  },
  correia2020: {
    key: "correia2020",
    authors: "Correia, Gonçalo M. and Niculae, Vlad and Aziz, Wilker and Martins, André F. T.",
    year: 2020,
    title: "Efficient Marginalization of Discrete and Structured Latent Variables via Sparsity",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2007.01919",
  },
  peters2019: {
    key: "peters2019",
    authors: "Peters, Ben and Niculae, Vlad and Martins, André F. T.",
    year: 2019,
    title: "Sparse Sequence-to-Sequence Models",
    venue: "Annual Meeting of the Association for Computational Linguistics",
    arxiv: "1905.05702",
  },
  gregor2014: {
    key: "gregor2014",
    authors: "Gregor, Karol and Danihelka, Ivo and Mnih, Andriy and Blundell, Charles and Wierstra, Daan",
    year: 2014,
    title: "Deep AutoRegressive Networks",
    venue: "International Conference on Machine Learning",
    arxiv: "1310.8499",
  },
  hooper2026: {
    key: "hooper2026",
    authors: "Hooper, James and Shekhovtsov, Alexander",
    year: 2026,
    title: "Generalized and Optimal Straight-Through Estimators",
    venue: "International Conference on Artificial Intelligence and Statistics, PMLR 300, 3187-3195",
  },
  he2026: {
    key: "he2026",
    authors: "He and Wu",
    year: 2026,
    title: "Extending pathwise gradients to discrete random variables via finite-order relaxation",
    venue: "preprint",
  },
  shah2024: {
    key: "shah2024",
    authors: "Shah, Rushi and Yan, Mingyuan and Mozer, Michael Curtis and Liu, Dianbo",
    year: 2024,
    title: "Improving Discrete Optimisation Via Decoupled Straight-Through Estimator",
    venue: "arXiv preprint",
    arxiv: "2410.13331",
  },
  paulus2021: {
    key: "paulus2021",
    authors: "Paulus, Max B. and Maddison, Chris J. and Krause, Andreas",
    year: 2021,
    title: "Rao-Blackwellizing the Straight-Through Gumbel-Softmax Gradient Estimator",
    venue: "International Conference on Learning Representations",
    arxiv: "2010.04838",
  },
  fan2022: {
    key: "fan2022",
    authors: "Fan, Ting-Han and Chi, Ta-Chung and Rudnicky, Alexander I. and Ramadge, Peter J.",
    year: 2022,
    title: "Training Discrete Deep Generative Models via Gapped Straight-Through Estimator",
    venue: "International Conference on Machine Learning",
    arxiv: "2206.07235",
  },
  wang2026: {
    key: "wang2026",
    authors: "Wang, Daniel and Bui, Thang D.",
    year: 2026,
    title: "Beyond ReinMax: Low-Variance Gradient Estimators for Discrete Latent Variables",
    venue: "arXiv preprint",
    arxiv: "2603.08257",
  },
  gu2016: {
    key: "gu2016",
    authors: "Gu, Shixiang and Levine, Sergey and Sutskever, Ilya and Mnih, Andriy",
    year: 2016,
    title: "MuProp: Unbiased Backpropagation for Stochastic Neural Networks",
    venue: "International Conference on Learning Representations",
    arxiv: "1511.05176",
  },
  titsias2022: {
    key: "titsias2022",
    authors: "Titsias, Michalis K. and Shi, Jiaxin",
    year: 2022,
    title: "Double Control Variates for Gradient Estimation in Discrete Latent Variable Models",
    venue: "International Conference on Artificial Intelligence and Statistics",
    arxiv: "2111.05300",
  },
  tucker2017: {
    key: "tucker2017",
    authors:
      "Tucker, George and Mnih, Andriy and Maddison, Chris J. and Lawson, Dieterich and Sohl-Dickstein, Jascha",
    year: 2017,
    title: "REBAR: Low-variance, unbiased gradient estimates for discrete latent variable models",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "1703.07370",
  },
  grathwohl2018: {
    key: "grathwohl2018",
    authors: "Grathwohl, Will and Choi, Dami and Wu, Yuhuai and Roeder, Geoffrey and Duvenaud, David",
    year: 2018,
    title: "Backpropagation through the Void: Optimizing control variates for black-box gradient estimation",
    venue: "International Conference on Learning Representations",
    arxiv: "1711.00123",
  },
  shi2022: {
    key: "shi2022",
    authors: "Shi, Jiaxin and Zhou, Yuhao and Hwang, Jessica and Titsias, Michalis K. and Mackey, Lester",
    year: 2022,
    title: "Gradient Estimation with Discrete Stein Operators",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2202.09497",
  },
  louizos2018: {
    key: "louizos2018",
    authors: "Louizos, Christos and Welling, Max and Kingma, Diederik P.",
    year: 2018,
    title: "Learning Sparse Neural Networks through L0 Regularization",
    venue: "International Conference on Learning Representations",
    arxiv: "1712.01312",
  },
  yamada2020: {
    key: "yamada2020",
    authors: "Yamada, Yutaro and Lindenbaum, Ofir and Negahban, Sahand and Kluger, Yuval",
    year: 2020,
    title: "Feature Selection using Stochastic Gates",
    venue: "International Conference on Machine Learning",
    arxiv: "1810.04247",
  },
  xie2019: {
    key: "xie2019",
    authors: "Xie, Sang Michael and Ermon, Stefano",
    year: 2019,
    title: "Reparameterizable Subset Sampling via Continuous Relaxations",
    venue: "International Joint Conference on Artificial Intelligence",
    arxiv: "1901.10517",
  },
  xie2020: {
    key: "xie2020",
    authors:
      "Xie, Yujia and Dai, Hanjun and Chen, Minshuo and Dai, Bo and Zhao, Tuo and Zha, Hongyuan and Wei, Wei and Pfister, Tomas",
    year: 2020,
    title: "Differentiable Top-k Operator with Optimal Transport",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2002.06504",
  },
  ahmed2023: {
    key: "ahmed2023",
    authors: "Ahmed, Kareem and Zeng, Zhe and Niepert, Mathias and Van den Broeck, Guy",
    year: 2023,
    title: "SIMPLE: A Gradient Estimator for k-Subset Sampling",
    venue: "International Conference on Learning Representations",
    arxiv: "2210.01941",
  },
  niepert2021: {
    key: "niepert2021",
    authors: "Niepert, Mathias and Minervini, Pasquale and Franceschi, Luca",
    year: 2021,
    title: "Implicit MLE: Backpropagating Through Discrete Exponential Family Distributions",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2106.01798",
  },
  minervini2023: {
    key: "minervini2023",
    authors: "Minervini, Pasquale and Franceschi, Luca and Niepert, Mathias",
    year: 2023,
    title: "Adaptive Perturbation-Based Gradient Estimation for Discrete Latent Variable Models",
    venue: "AAAI Conference on Artificial Intelligence",
    arxiv: "2209.04862",
  },
  berthet2020: {
    key: "berthet2020",
    authors:
      "Berthet, Quentin and Blondel, Mathieu and Teboul, Olivier and Cuturi, Marco and Vert, Jean-Philippe and Bach, Francis",
    year: 2020,
    title: "Learning with Differentiable Perturbed Optimizers",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2002.08676",
  },
  grover2019: {
    key: "grover2019",
    authors: "Grover, Aditya and Wang, Eric and Zweig, Aaron and Ermon, Stefano",
    year: 2019,
    title: "Stochastic Optimization of Sorting Networks via Continuous Relaxations",
    venue: "International Conference on Learning Representations",
    arxiv: "1903.08850",
  },
  prillo2020: {
    key: "prillo2020",
    authors: "Prillo, Sebastian and Eisenschlos, Julian Martin",
    year: 2020,
    title: "SoftSort: A Continuous Relaxation for the argsort Operator",
    venue: "International Conference on Machine Learning",
    arxiv: "2006.16038",
  },
};

/** A BibTeX entry. */
export function bibtex(reference: Reference): string {
  const fields: [string, string | number | undefined][] = [
    ["author", reference.authors],
    ["title", `{${reference.title}}`],
    ["year", reference.year],
    ["howpublished", reference.venue],
    ["eprint", reference.arxiv],
    ["archivePrefix", reference.arxiv && "arXiv"],
    ["doi", reference.doi],
  ];
  const lines = fields.filter(([, v]) => v !== undefined).map(([k, v]) => `  ${k} = {${v}}`);
  return `@misc{${reference.key},\n${lines.join(",\n")}\n}`;
}
