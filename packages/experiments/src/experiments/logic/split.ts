import { type Dataset, partOf, type Split } from "../../contract/dataset.ts";
import type { LogicSettings } from "./options.ts";

const trainedOn = ({ train }: Dataset, { validation }: LogicSettings): number =>
  train.count - Math.floor(train.count * validation);

/** The training images that are trained on: the first ones. */
export const trainingPart = (dataset: Dataset, settings: LogicSettings): Split =>
  partOf(dataset.train, 0, trainedOn(dataset, settings));

/** Those that are not, to choose settings by. */
export const validationSplit = (dataset: Dataset, settings: LogicSettings): Split =>
  partOf(dataset.train, trainedOn(dataset, settings), dataset.train.count);
