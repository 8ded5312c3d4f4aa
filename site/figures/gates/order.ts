import type { NetworkData } from "./controls.ts";

/** Blocks by the digit that opens them most, those that it opens most first; blocks that never open come last. */
export function orderOf({ digits }: Pick<NetworkData, "digits">, blocks: number): number[] {
  const most = Array.from({ length: blocks }, (_, block) => {
    const shares = digits.map(({ opens, images }) => opens[block]! / Math.max(1, images));
    const share = Math.max(...shares);
    return { block, share, owner: share === 0 ? digits.length : shares.indexOf(share) };
  });
  return most
    .sort((a, b) => a.owner - b.owner || b.share - a.share || a.block - b.block)
    .map(({ block }) => block);
}
