/** A paper. */
export interface Reference {
  /** First author and year, as in `kool2019`. */
  readonly key: string;
  readonly authors: string;
  readonly year: number;
  readonly title: string;
  /** Where it appeared. */
  readonly venue: string;
  /** arXiv identifier or DOI. */
  readonly arxiv?: string;
  readonly doi?: string;
}

/** A record without its key, which is its name in the list. */
export type Paper = Omit<Reference, "key">;
