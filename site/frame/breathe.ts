const channel = new MessageChannel();
/** Of all that wait, each for a message of its own: several runs may wait at a time. */
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Lets messages in; unlike a timer, at once. */
export const breathe = (): Promise<void> =>
  new Promise((done) => {
    waiting.push(done);
    channel.port2.postMessage(0);
  });
