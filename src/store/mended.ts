/** What a look-up of an id needs proved damaged: `Shelf.mend` makes it anew from the documents, then it answers. */
export class NeedsMending extends Error {}

/** Does the work, and does it again after what it needed was mended: it may change nothing before it has looked up all. */
export async function mended<T>(mend: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NeedsMending)) throw error;
    }
    await mend();
  }
}
