/** What an attack sees of the lab: its address, and the stacks it may set up. It never sees rules, monitors or alerts. */
export interface Target {
  /** `http://127.0.0.1:PORT`: S3 in path style, APIs by Host header. */
  readonly url: string;
  /** Makes a stack by name, as a deployment of its template would; returns its outputs. */
  deploy(stack: string): Promise<Made>;
  /** Removes a stack; nothing happens where it is not there. */
  remove(stack: string): Promise<void>;
}

/** What a warm-up made, by name: an API's id, for example. */
export type Made = Readonly<Record<string, string>>;

/** One attack, over real HTTP. `warmUp` makes what is attacked, `detonate` attacks it, `revert` removes all that was made. */
export interface Attack {
  readonly id: string;
  /** ATT&CK technique, such as T1530. */
  readonly technique: string;
  readonly title: string;
  warmUp(lab: Target): Promise<Made>;
  /** Returns a line for people: what was taken. Throws when the attack did not succeed. */
  detonate(lab: Target, made: Made): Promise<string>;
  revert(lab: Target): Promise<void>;
}
