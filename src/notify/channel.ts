/** One message as a channel gets it: text that is ready to be sent. Both texts may hold what attackers wrote. */
export interface Message {
  /** The same whenever the same message is sent again, over restarts too: receivers may drop what they have seen. */
  readonly key: string;
  /** The subject of a mail, the heading of a chat message. */
  readonly subject: string;
  readonly body: string;
  /** Recipients of an earlier try that it reached: they are left out. Only channels with several recipients read it. */
  readonly reached: readonly string[];
}

/** What became of one try. `status` and `text` are as the API of OpenSearch's Notifications plugin shows them. */
export interface Outcome {
  readonly sent: boolean;
  /** Whether another try may help; the channel knows, the stage that sends only obeys. */
  readonly retry: boolean;
  readonly status: number;
  readonly text: string;
  /** For mail: what became of each recipient. Empty for other channels. */
  readonly recipients: readonly RecipientOutcome[];
}

export interface RecipientOutcome {
  readonly recipient: string;
  readonly status: number;
  readonly text: string;
}

/** Where messages go: one implementation a file, all of them held by channel.suite.ts. */
export interface Channel {
  /**
   * One try, within the signal's time. Never throws: what went wrong is the outcome. Whatever a secret of the channel stands in
   * is taken out of the outcome's texts. Nothing of the message becomes a header, an address or markup.
   */
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
}
