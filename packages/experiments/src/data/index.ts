export { parseAmat } from "./amat.ts";
export { classNames } from "./class-names.ts";
export {
  type DatasetFiles,
  datasetFromIdx,
  datasetNames,
  type RemoteDataset,
  type RemoteFile,
  remoteDatasets,
} from "./dataset.ts";
export { drawnDigits } from "./drawn.ts";
export { gunzipIfNeeded, type IdxFile, parseIdx } from "./idx.ts";
export { shuffled } from "./random.ts";
