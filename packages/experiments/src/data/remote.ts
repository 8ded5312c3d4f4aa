/** The files of a dataset, by role. */
export interface DatasetFiles<T> {
  readonly trainImages: T;
  readonly testImages: T;
  /** Both or neither. */
  readonly trainLabels?: T;
  readonly testLabels?: T;
}

/** A file of a dataset that is downloaded. */
export interface RemoteFile {
  readonly name: string;
  /** Of the file as it is downloaded, and of what is packed in it: files of several datasets have the same names. */
  readonly sha256: string;
  readonly unpacked?: string;
  /** Other names under which people have it. */
  readonly alsoNamed?: readonly string[];
}

/** A dataset that is downloaded: the originals, where they are, and what their bytes must be. */
export interface RemoteDataset {
  readonly name: string;
  readonly title: string;
  readonly licence: string;
  /** None: the files are only looked for in `HARDGRAD_DATA`. */
  readonly mirrors: readonly string[];
  /** Where to get what has no mirror. */
  readonly source?: string;
  /** Other names of its folder, besides its own in any case and with any hyphens. */
  readonly folders?: readonly string[];
  readonly files: DatasetFiles<RemoteFile>;
}

/** The datasets that can be downloaded. */
export const remoteDatasets: readonly RemoteDataset[] = [
  {
    name: "mnist",
    title: "MNIST handwritten digits (LeCun, Cortes, Burges)",
    licence: "CC BY-SA 3.0",
    mirrors: [
      "https://ossci-datasets.s3.amazonaws.com/mnist/",
      "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ],
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte.gz",
        sha256: "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        unpacked: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
      },
      trainLabels: {
        name: "train-labels-idx1-ubyte.gz",
        sha256: "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        unpacked: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      },
      testImages: {
        name: "t10k-images-idx3-ubyte.gz",
        sha256: "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        unpacked: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
      },
      testLabels: {
        name: "t10k-labels-idx1-ubyte.gz",
        sha256: "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        unpacked: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
      },
    },
  },
  {
    name: "fashion-mnist",
    title: "Fashion-MNIST (Zalando SE)",
    licence: "MIT",
    folders: ["fashion"],
    mirrors: ["http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"],
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte.gz",
        sha256: "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        unpacked: "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
      },
      trainLabels: {
        name: "train-labels-idx1-ubyte.gz",
        sha256: "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        unpacked: "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
      },
      testImages: {
        name: "t10k-images-idx3-ubyte.gz",
        sha256: "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        unpacked: "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
      },
      testLabels: {
        name: "t10k-labels-idx1-ubyte.gz",
        sha256: "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        unpacked: "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
      },
    },
  },
  {
    name: "binarized-mnist",
    title: "MNIST in black and white, the fixed draw (Salakhutdinov & Murray 2008; Larochelle & Murray 2011)",
    licence: "CC BY-SA 3.0",
    mirrors: [],
    source: "http://www.cs.toronto.edu/~larocheh/public/datasets/binarized_mnist/",
    files: {
      trainImages: {
        name: "train-images-idx3-ubyte.gz",
        sha256: "59cda9d4aaffb27efb941307bdec269b10d6e907bef851f37f22f9e7f8cced0c",
        unpacked: "a999cb6820da36cd1db53b37219e2102d46ee90a09c4605d2dde3f42982083c5",
        alsoNamed: ["binarized_mnist_train.amat"],
      },
      testImages: {
        name: "test-images-idx3-ubyte.gz",
        sha256: "b5005df08e54802b92ea6b53c726ca7a533da5ba67f5ab51bca0f632f3f9273a",
        unpacked: "37d754f315cacab0b57b8b9602eb6394f1d59524ab5da6f2812616df722a8a1a",
        alsoNamed: ["binarized_mnist_test.amat"],
      },
    },
  },
];

/** Every name that `--data` accepts. */
export const datasetNames: readonly string[] = ["drawn", ...remoteDatasets.map((d) => d.name)];
