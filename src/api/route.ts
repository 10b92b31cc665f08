/** One HTTP call, already checked for Host, Origin, content type and size. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Path parameters, decoded: `/:index/_doc/:id`. */
  readonly params: Readonly<Record<string, string>>;
  /** URL parameters, decoded; a flag without a value is ''. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The JSON body, undefined where there is none. For routes with `body: 'ndjson'` or 'text' the text as it came. */
  readonly body: unknown;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** A JSON value, or a string that is sent as it stands (with `headers['content-type']`). undefined: no body. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A route asks for exactly the services it uses. Errors are thrown as TrailhoundErrors; api/error.ts gives them their wire shape. */
export interface Route<Services> {
  readonly methods: readonly ('GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD')[];
  readonly path: string;
  /** URL parameters it knows, besides those every route knows (pretty, human, error_trace, format, filter_path, source…). Others are 400. */
  readonly query?: readonly string[];
  /** 'text': JSON that the route parses itself, because its errors are others there. 'file': a file of any
   * kind, as application/octet-stream or XML. Without `body`, one is refused. */
  readonly body?: 'json' | 'ndjson' | 'text' | 'file' | 'none';
  handle(call: Call, services: Services): Promise<Answer>;
}
