// The two tables of docs/vector-quantization.md, as Markdown, from the results of bench/quantizers.mjs.

const titles = {
  "straight-through, average": "`vq`, straight-through, moving average",
  "rotation, average": "`vq`, rotation trick, moving average",
  "straight-through": "`vq`, straight-through",
  diveq: "`vq`, DiVeQ",
  rotation: "`vq`, rotation trick",
  fsq: "`fsq`, levels 8-6-5",
  simvq: "`vq`, SimVQ",
  lfq: "`lfq`, 8 bits",
};
const settings = {
  "": "gradient, replaced",
  average: "moving average, replaced",
  kept: "gradient, kept",
  small: "gradient, begins near 0, replaced",
  "small, kept": "gradient, begins near 0, kept",
  "average, small, kept": "moving average, begins near 0, kept",
};
const dataNames = { mnist: "MNIST", "fashion-mnist": "Fashion-MNIST" };

/** A mean and its standard error over seeds; one seed has none. */
const measured = (mean, error, digits) =>
  mean.toFixed(digits) + (error === null ? "" : ` ± ${error.toFixed(digits)}`);
const signed = (mean, error) => (mean < 0 ? "" : "+") + measured(mean, error, 1);
const markdown = (head, rows) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** Latents, the best reconstruction of MNIST first. Rows without a title stand in the other table. */
export function latentsTable({ table }) {
  const of = (name, data) => table.find((row) => row.name === name && row.data === data);
  const rows = Object.keys(titles)
    .filter((name) => of(name, "mnist") && of(name, "fashion-mnist"))
    .sort((a, b) => of(a, "mnist").reconstruction - of(b, "mnist").reconstruction)
    .map((name) => [
      titles[name],
      ...["mnist", "fashion-mnist"].flatMap((data) => {
        const row = of(name, data);
        return [
          measured(row.reconstruction, row.reconstructionError, 1),
          measured(row.perplexity, row.perplexityError, 0),
        ];
      }),
      Math.min(of(name, "mnist").seeds, of(name, "fashion-mnist").seeds),
    ]);
  return markdown(
    ["latents", "MNIST, nats", "perplexity", "Fashion-MNIST, nats", "perplexity", "seeds"],
    rows,
  );
}

/** Rotation beside straight-through, over the seeds that both have. */
export function rotationTable({ table, rotation }) {
  const of = (name, data) => table.find((row) => row.name === name && row.data === data);
  const side = (row) => `${row.reconstruction.toFixed(1)}, ${(100 * row.used).toFixed(0)} %`;
  const rows = rotation.map(({ setting, data, seeds, reconstruction, reconstructionError }) => {
    const named = (method) => of(setting ? `${method}, ${setting}` : method, data);
    return [
      settings[setting],
      dataNames[data],
      side(named("straight-through")),
      side(named("rotation")),
      signed(reconstruction, reconstructionError),
      seeds,
    ];
  });
  return markdown(
    [
      "codebook, dead codes",
      "data",
      "straight-through: nats, codes used",
      "rotation: nats, codes used",
      "difference in nats",
      "seeds",
    ],
    rows,
  );
}
