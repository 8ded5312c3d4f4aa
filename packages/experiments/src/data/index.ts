export { parseAmat } from "./amat.ts";
export { datasetFromCsv } from "./csv.ts";
export { datasetFromIdx } from "./dataset.ts";
export { drawnDigits } from "./drawn.ts";
export { datasetFromExamples, type Examples } from "./examples.ts";
export { formOf } from "./form.ts";
export { gunzipIfNeeded, type IdxFile, parseIdx } from "./idx.ts";
export { shuffled } from "./random.ts";
export {
  type DatasetFiles,
  datasetNames,
  type RemoteDataset,
  type RemoteFile,
  remoteDatasets,
} from "./remote.ts";
