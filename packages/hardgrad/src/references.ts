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
  | "shekhovtsov2023";

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
