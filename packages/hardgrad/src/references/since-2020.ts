import type { Reference } from "../types.ts";

type Key =
  | "dong2020"
  | "liu2023"
  | "shekhovtsov2023"
  | "mohamed2020"
  | "arya2022"
  | "dimitriev2021"
  | "dong2021"
  | "kool2020"
  | "correia2020"
  | "hooper2026"
  | "he2026"
  | "shah2024"
  | "paulus2021"
  | "fan2022"
  | "wang2026"
  | "titsias2022"
  | "shi2022"
  | "yamada2020"
  | "xie2020"
  | "ahmed2023"
  | "niepert2021"
  | "minervini2023"
  | "berthet2020"
  | "prillo2020";

/** Papers since 2020. */
export const since2020: { readonly [K in Key]: Reference } = {
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
  kool2020: {
    key: "kool2020",
    authors: "Kool, Wouter and van Hoof, Herke and Welling, Max",
    year: 2020,
    title: "Estimating Gradients for Discrete Random Variables by Sampling without Replacement",
    venue: "International Conference on Learning Representations",
    arxiv: "2002.06043",
  },
  correia2020: {
    key: "correia2020",
    authors: "Correia, Gonçalo M. and Niculae, Vlad and Aziz, Wilker and Martins, André F. T.",
    year: 2020,
    title: "Efficient Marginalization of Discrete and Structured Latent Variables via Sparsity",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2007.01919",
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
  titsias2022: {
    key: "titsias2022",
    authors: "Titsias, Michalis K. and Shi, Jiaxin",
    year: 2022,
    title: "Double Control Variates for Gradient Estimation in Discrete Latent Variable Models",
    venue: "International Conference on Artificial Intelligence and Statistics",
    arxiv: "2111.05300",
  },
  shi2022: {
    key: "shi2022",
    authors: "Shi, Jiaxin and Zhou, Yuhao and Hwang, Jessica and Titsias, Michalis K. and Mackey, Lester",
    year: 2022,
    title: "Gradient Estimation with Discrete Stein Operators",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2202.09497",
  },
  yamada2020: {
    key: "yamada2020",
    authors: "Yamada, Yutaro and Lindenbaum, Ofir and Negahban, Sahand and Kluger, Yuval",
    year: 2020,
    title: "Feature Selection using Stochastic Gates",
    venue: "International Conference on Machine Learning",
    arxiv: "1810.04247",
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
  prillo2020: {
    key: "prillo2020",
    authors: "Prillo, Sebastian and Eisenschlos, Julian Martin",
    year: 2020,
    title: "SoftSort: A Continuous Relaxation for the argsort Operator",
    venue: "International Conference on Machine Learning",
    arxiv: "2006.16038",
  },
};
