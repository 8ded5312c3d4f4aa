import type { Reference } from "../types.ts";

type Key =
  | "williams1992"
  | "bengio2013"
  | "mnih2014"
  | "titsias2015"
  | "jang2017"
  | "maddison2017"
  | "kool2019"
  | "yin2019"
  | "mnih2016"
  | "koolTopK2019"
  | "liu2019"
  | "peters2019"
  | "gregor2014"
  | "gu2016"
  | "tucker2017"
  | "grathwohl2018"
  | "louizos2018"
  | "xie2019"
  | "grover2019";

/** Papers until 2019. */
export const until2019: { readonly [K in Key]: Reference } = {
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
  yin2019: {
    key: "yin2019",
    authors: "Yin, Mingzhang and Zhou, Mingyuan",
    year: 2019,
    title: "ARM: Augment-REINFORCE-Merge Gradient for Stochastic Binary Networks",
    venue: "International Conference on Learning Representations",
    arxiv: "1807.11143",
  },
  mnih2016: {
    key: "mnih2016",
    authors: "Mnih, Andriy and Rezende, Danilo J.",
    year: 2016,
    title: "Variational inference for Monte Carlo objectives",
    venue: "International Conference on Machine Learning",
    arxiv: "1602.06725",
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
  gu2016: {
    key: "gu2016",
    authors: "Gu, Shixiang and Levine, Sergey and Sutskever, Ilya and Mnih, Andriy",
    year: 2016,
    title: "MuProp: Unbiased Backpropagation for Stochastic Neural Networks",
    venue: "International Conference on Learning Representations",
    arxiv: "1511.05176",
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
  louizos2018: {
    key: "louizos2018",
    authors: "Louizos, Christos and Welling, Max and Kingma, Diederik P.",
    year: 2018,
    title: "Learning Sparse Neural Networks through L0 Regularization",
    venue: "International Conference on Learning Representations",
    arxiv: "1712.01312",
  },
  xie2019: {
    key: "xie2019",
    authors: "Xie, Sang Michael and Ermon, Stefano",
    year: 2019,
    title: "Reparameterizable Subset Sampling via Continuous Relaxations",
    venue: "International Joint Conference on Artificial Intelligence",
    arxiv: "1901.10517",
  },
  grover2019: {
    key: "grover2019",
    authors: "Grover, Aditya and Wang, Eric and Zweig, Aaron and Ermon, Stefano",
    year: 2019,
    title: "Stochastic Optimization of Sorting Networks via Continuous Relaxations",
    venue: "International Conference on Learning Representations",
    arxiv: "1903.08850",
  },
};
