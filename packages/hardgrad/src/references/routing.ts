import type { Paper } from "./paper.ts";

/** Papers on routers of mixture-of-experts models. */
export const onRouting = {
  fedus2022: {
    authors: "Fedus, William and Zoph, Barret and Shazeer, Noam",
    year: 2022,
    title: "Switch Transformers: Scaling to Trillion Parameter Models with Simple and Efficient Sparsity",
    venue: "Journal of Machine Learning Research 23",
    arxiv: "2101.03961",
  },
  zoph2022: {
    authors:
      "Zoph, Barret and Bello, Irwan and Kumar, Sameer and Du, Nan and Huang, Yanping and Dean, Jeff and Shazeer, Noam and Fedus, William",
    year: 2022,
    title: "ST-MoE: Designing Stable and Transferable Sparse Expert Models",
    venue: "arXiv preprint",
    arxiv: "2202.08906",
  },
  riquelme2021: {
    authors:
      "Riquelme, Carlos and Puigcerver, Joan and Mustafa, Basil and Neumann, Maxim and Jenatton, Rodolphe and Susano Pinto, André and Keysers, Daniel and Houlsby, Neil",
    year: 2021,
    title: "Scaling Vision with Sparse Mixture of Experts",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2106.05974",
  },
  zhou2022: {
    authors:
      "Zhou, Yanqi and Lei, Tao and Liu, Hanxiao and Du, Nan and Huang, Yanping and Zhao, Vincent and Dai, Andrew and Chen, Zhifeng and Le, Quoc and Laudon, James",
    year: 2022,
    title: "Mixture-of-Experts with Expert Choice Routing",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2202.09368",
  },
  wang2024: {
    authors: "Wang, Lean and Gao, Huazuo and Zhao, Chenggang and Sun, Xu and Dai, Damai",
    year: 2024,
    title: "Auxiliary-Loss-Free Load Balancing Strategy for Mixture-of-Experts",
    venue: "arXiv preprint",
    arxiv: "2408.15664",
  },
  liu2024: {
    authors: "Liu, Liyuan and Kim, Young Jin and Wang, Shuohang and Liang, Chen and others",
    year: 2024,
    title: "GRIN: GRadient-INformed MoE",
    venue: "arXiv preprint",
    arxiv: "2409.12136",
  },
  wang2025: {
    authors: "Wang, Ziteng and Zhu, Jun and Chen, Jianfei",
    year: 2025,
    title: "ReMoE: Fully Differentiable Mixture-of-Experts with ReLU Routing",
    venue: "International Conference on Learning Representations",
    arxiv: "2412.14711",
  },
  raposo2024: {
    authors:
      "Raposo, David and Ritter, Sam and Richards, Blake and Lillicrap, Timothy and Humphreys, Peter Conway and Santoro, Adam",
    year: 2024,
    title: "Mixture-of-Depths: Dynamically allocating compute in transformer-based language models",
    venue: "arXiv preprint",
    arxiv: "2404.02258",
  },
} satisfies { readonly [key: string]: Paper };
