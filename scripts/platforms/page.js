// In a page: the task here and in a worker.
import { task } from "./task.js";

const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
const there = new Promise((resolve, reject) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
});
Promise.all([task(), there]).then(
  ([here, inWorker]) => {
    document.title = `page ${here}, worker ${inWorker}`;
  },
  (error) => {
    document.title = `failed: ${error.message}`;
  },
);
