import type { Paper } from "./paper.ts";

/** Papers on units. */
export const onUnits = {
  hubara2016: {
    authors: "Hubara, Itay and Courbariaux, Matthieu and Soudry, Daniel and El-Yaniv, Ran and Bengio, Yoshua",
    year: 2016,
    title: "Binarized Neural Networks",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "1602.02830",
  },
  liu2018: {
    authors: "Liu, Zechun and Wu, Baoyuan and Luo, Wenhan and Yang, Xin and Liu, Wei and Cheng, Kwang-Ting",
    year: 2018,
    title:
      "Bi-Real Net: Enhancing the Performance of 1-bit CNNs With Improved Representational Capability and Advanced Training Algorithm",
    venue: "European Conference on Computer Vision",
    arxiv: "1808.00278",
  },
  darabi2018: {
    authors: "Darabi, Sajad and Belbahri, Mouloud and Courbariaux, Matthieu and Partovi Nia, Vahid",
    year: 2018,
    title: "BNN+: Improved Binary Network Training",
    venue: "arXiv preprint",
    arxiv: "1812.11800",
  },
  neftci2019: {
    authors: "Neftci, Emre O. and Mostafa, Hesham and Zenke, Friedemann",
    year: 2019,
    title: "Surrogate Gradient Learning in Spiking Neural Networks",
    venue: "IEEE Signal Processing Magazine 36",
    arxiv: "1901.09948",
  },
  zenke2018: {
    authors: "Zenke, Friedemann and Ganguli, Surya",
    year: 2018,
    title: "SuperSpike: Supervised Learning in Multilayer Spiking Neural Networks",
    venue: "Neural Computation 30",
    arxiv: "1705.11146",
  },
  fang2021: {
    authors:
      "Fang, Wei and Yu, Zhaofei and Chen, Yanqi and Masquelier, Timothée and Huang, Tiejun and Tian, Yonghong",
    year: 2021,
    title: "Incorporating Learnable Membrane Time Constant to Enhance Learning of Spiking Neural Networks",
    venue: "International Conference on Computer Vision",
    arxiv: "2007.05785",
  },
  esser2015: {
    authors:
      "Esser, Steve K. and Appuswamy, Rathinakumar and Merolla, Paul and Arthur, John V. and Modha, Dharmendra S.",
    year: 2015,
    title: "Backpropagation for Energy-Efficient Neuromorphic Computing",
    venue: "Advances in Neural Information Processing Systems",
  },
  esser2016: {
    authors:
      "Esser, Steven K. and Merolla, Paul A. and Arthur, John V. and Cassidy, Andrew S. and Appuswamy, Rathinakumar and others",
    year: 2016,
    title: "Convolutional Networks for Fast, Energy-Efficient Neuromorphic Computing",
    venue: "Proceedings of the National Academy of Sciences 113",
    arxiv: "1603.08270",
  },
  shrestha2018: {
    authors: "Shrestha, Sumit Bam and Orchard, Garrick",
    year: 2018,
    title: "SLAYER: Spike Layer Error Reassignment in Time",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "1810.08646",
  },
  wu2018: {
    authors: "Wu, Yujie and Deng, Lei and Li, Guoqi and Zhu, Jun and Shi, Luping",
    year: 2018,
    title: "Spatio-Temporal Backpropagation for Training High-Performance Spiking Neural Networks",
    venue: "Frontiers in Neuroscience 12",
    arxiv: "1706.02609",
  },
  perezNieves2021: {
    authors: "Perez-Nieves, Nicolas and Goodman, Dan F. M.",
    year: 2021,
    title: "Sparse Spiking Gradient Descent",
    venue: "Advances in Neural Information Processing Systems",
    arxiv: "2105.08810",
  },
  herranzCelotti2022: {
    authors: "Herranz-Celotti, Luca and Rouat, Jean",
    year: 2022,
    title: "Stabilizing Spiking Neuron Training",
    venue: "arXiv preprint",
    arxiv: "2202.00282",
  },
  suetake2022: {
    authors: "Suetake, Kazuma and Ikegawa, Shin-ichi and Saiin, Ryuji and Sawada, Yoshihide",
    year: 2022,
    title:
      "S2NN: Time Step Reduction of Spiking Surrogate Gradients for Training Energy Efficient Single-Step Neural Networks",
    venue: "arXiv preprint",
    arxiv: "2201.10879",
  },
  fang2023: {
    authors:
      "Fang, Wei and Chen, Yanqi and Ding, Jianhao and Yu, Zhaofei and Masquelier, Timothée and Chen, Ding and Huang, Liwei and Zhou, Huihui and Li, Guoqi and Tian, Yonghong",
    year: 2023,
    title:
      "SpikingJelly: An open-source machine learning infrastructure platform for spike-based intelligence",
    venue: "Science Advances 9",
    doi: "10.1126/sciadv.adi1480",
  },
  cai2017: {
    authors: "Cai, Zhaowei and He, Xiaodong and Sun, Jian and Vasconcelos, Nuno",
    year: 2017,
    title: "Deep Learning with Low Precision by Half-wave Gaussian Quantization",
    venue: "Conference on Computer Vision and Pattern Recognition",
    arxiv: "1702.00953",
  },
  eshraghian2023: {
    authors:
      "Eshraghian, Jason K. and Ward, Max and Neftci, Emre and Wang, Xinxin and Lenz, Gregor and Dwivedi, Girish and Bennamoun, Mohammed and Jeong, Doo Seok and Lu, Wei D.",
    year: 2023,
    title: "Training Spiking Neural Networks Using Lessons From Deep Learning",
    venue: "Proceedings of the IEEE 111",
    arxiv: "2109.12894",
  },
  zhou2016: {
    authors: "Zhou, Shuchang and Wu, Yuxin and Ni, Zekun and Zhou, Xinyu and Wen, He and Zou, Yuheng",
    year: 2016,
    title: "DoReFa-Net: Training Low Bitwidth Convolutional Neural Networks with Low Bitwidth Gradients",
    venue: "arXiv preprint",
    arxiv: "1606.06160",
  },
  rastegari2016: {
    authors: "Rastegari, Mohammad and Ordonez, Vicente and Redmon, Joseph and Farhadi, Ali",
    year: 2016,
    title: "XNOR-Net: ImageNet Classification Using Binary Convolutional Neural Networks",
    venue: "European Conference on Computer Vision",
    arxiv: "1603.05279",
  },
  li2016: {
    authors: "Li, Fengfu and Zhang, Bo and Liu, Bin",
    year: 2016,
    title: "Ternary Weight Networks",
    venue: "arXiv preprint",
    arxiv: "1605.04711",
  },
  esser2020: {
    authors:
      "Esser, Steven K. and McKinstry, Jeffrey L. and Bablani, Deepika and Appuswamy, Rathinakumar and Modha, Dharmendra S.",
    year: 2020,
    title: "Learned Step Size Quantization",
    venue: "International Conference on Learning Representations",
    arxiv: "1902.08153",
  },
  chen2026: {
    authors:
      "Chen, Tianyi and Chen, Sihan and Qu, Xiaoyi and Zhao, Dan and Yan, Ruomei and Ko, Jongwoo and Liang, Luming and Cameron, Pashmina",
    year: 2026,
    title: "StableQAT: Stable Quantization-Aware Training at Ultra-Low Bitwidths",
    venue: "arXiv preprint",
    arxiv: "2601.19320",
  },
  gygax2025: {
    authors: "Gygax, Julia and Zenke, Friedemann",
    year: 2025,
    title:
      "Elucidating the Theoretical Underpinnings of Surrogate Gradient Learning in Spiking Neural Networks",
    venue: "Neural Computation 37",
    arxiv: "2404.14964",
  },
} satisfies { readonly [key: string]: Paper };
