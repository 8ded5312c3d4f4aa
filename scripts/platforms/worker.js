import { task } from "./task.js";

task().then(postMessage, (error) => postMessage(`failed: ${error.message}`));
