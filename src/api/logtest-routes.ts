import { isDocument, own } from '../base/document.ts';
import { TrailhoundError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import type { Answer, Route } from './route.ts';
import type { Services } from './services.ts';

/** Wazuh's log test, with Wazuh's request and answer; `tried` beside them is ours. */
export const logtestRoutes: readonly Route<Pick<Services, 'logtest'>>[] = [
  {
    methods: ['PUT'],
    path: '/logtest',
    query: ['wait_for_complete'],
    body: 'json',
    async handle({ body }, { logtest }) {
      const request = readRequest(body);
      if (typeof request === 'string') return badRequest(request);
      const { token, expired, begun, output, alert, tried } = logtest.ask(request);
      const messages = [
        ...(expired ? [`WARNING: (7003): '${request.token}' token expires`] : []),
        ...(begun ? [`INFO: (7202): Session initialized with token '${token}'`] : []),
      ];
      const data = {
        ...(messages.length > 0 ? { messages } : {}),
        token,
        output,
        alert,
        codemsg: begun ? 1 : 0,
        tried,
      };
      return { status: 200, body: { error: 0, data } };
    },
  },
  {
    methods: ['DELETE'],
    path: '/logtest/sessions/:token',
    query: ['wait_for_complete'],
    async handle({ params }, { logtest }) {
      const { token = '' } = params;
      const ended = logtest.end(token);
      const messages = ended
        ? [`INFO: (7206): The session '${token}' was closed successfully`]
        : [`ERROR: (7309): '${token}' is not a valid token`];
      return { status: 200, body: { error: ended ? 0 : 1, data: { messages, codemsg: ended ? 0 : -1 } } };
    },
  },
];

interface LogtestBody {
  readonly event: string;
  readonly location: string;
  readonly token: string | undefined;
}

/** What is wrong with it as text. */
function readRequest(body: unknown): LogtestBody | string {
  if (!isDocument(body)) return 'a JSON object with event, log_format and location is expected';
  const required = (name: string): string => {
    const value = own(body, name);
    if (value === undefined) throw new Missing(`'${name}' is a required property`);
    if (typeof value !== 'string') throw new Missing(`'${name}' is not of type 'string'`);
    return value;
  };
  try {
    const event = required('event');
    required('log_format');
    const location = required('location');
    const token = own(body, 'token') === undefined ? undefined : required('token');
    if (event.length > limits.recordMax)
      throw new TrailhoundError('too-large', `'event' is longer than ${limits.recordMax} characters`);
    if (token !== undefined && !/^[0-9a-f]{8}$/.test(token))
      return `'token' is not one that this server gave: ${JSON.stringify(token.slice(0, 40))}`;
    return { event, location: location.slice(0, 1024), token };
  } catch (error) {
    if (error instanceof Missing) return error.message;
    throw error;
  }
}

class Missing extends Error {}

function badRequest(detail: string): Answer {
  return { status: 400, body: { title: 'Bad Request', detail } };
}
