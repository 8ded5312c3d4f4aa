import type { Paper } from "./paper.ts";

/** Papers on quantizers of latents. */
export const onCodes = {
  oord2017: {
    authors: "van den Oord, Aaron and Vinyals, Oriol and Kavukcuoglu, Koray",
    year: 2017,
    title: "Neural Discrete Representation Learning",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "1711.00937",
  },
  dhariwal2020: {
    authors:
      "Dhariwal, Prafulla and Jun, Heewoo and Payne, Christine and Kim, Jong Wook and Radford, Alec and Sutskever, Ilya",
    year: 2020,
    title: "Jukebox: A Generative Model for Music",
    venue: "arXiv preprint",
    arxiv: "2005.00341",
  },
  zeghidour2021: {
    authors:
      "Zeghidour, Neil and Luebs, Alejandro and Omran, Ahmed and Skoglund, Jan and Tagliasacchi, Marco",
    year: 2021,
    title: "SoundStream: An End-to-End Neural Audio Codec",
    venue: "IEEE/ACM Transactions on Audio, Speech, and Language Processing",
    arxiv: "2107.03312",
  },
  mentzer2024: {
    authors: "Mentzer, Fabian and Minnen, David and Agustsson, Eirikur and Tschannen, Michael",
    year: 2024,
    title: "Finite Scalar Quantization: VQ-VAE Made Simple",
    venue: "International Conference on Learning Representations",
    arxiv: "2309.15505",
  },
  yu2024: {
    authors:
      "Yu, Lijun and Lezama, José and Gundavarapu, Nitesh B. and Versari, Luca and Sohn, Kihyuk and Minnen, David and Cheng, Yong and Gupta, Agrim and Gu, Xiuye and Hauptmann, Alexander G. and others",
    year: 2024,
    title: "Language Model Beats Diffusion: Tokenizer is Key to Visual Generation",
    venue: "International Conference on Learning Representations",
    arxiv: "2310.05737",
  },
  zhu2024: {
    authors: "Zhu, Yongxin and Li, Bocheng and Xin, Yifei and Xia, Zhihua and Xu, Linli",
    year: 2024,
    title: "Addressing Representation Collapse in Vector Quantized Models with One Linear Layer",
    venue: "arXiv preprint",
    arxiv: "2411.02038",
  },
  fifty2025: {
    authors:
      "Fifty, Christopher and Junkins, Ronald G. and Duan, Dennis and Iyengar, Aniketh and Liu, Jerry W. and Amid, Ehsan and Thrun, Sebastian and Ré, Christopher",
    year: 2025,
    title: "Restructuring Vector Quantization with the Rotation Trick",
    venue: "International Conference on Learning Representations",
    arxiv: "2410.06424",
  },
  vali2025: {
    authors: "Vali, Mohammad Hassan and Bäckström, Tom and Solin, Arno",
    year: 2025,
    title: "DiVeQ: Differentiable Vector Quantization Using the Reparameterization Trick",
    venue: "arXiv preprint",
    arxiv: "2509.26469",
  },
} satisfies { readonly [key: string]: Paper };
