/** The server's answer is a refusal: {"error":{"code","message","fields"}}. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string>,
    /** Seconds after which it may be tried again, where the server says so. */
    readonly retryAfter = 0,
  ) {
    super(message);
  }
}

/** No answer, or none that says anything, in spite of several tries. */
export class Unreachable extends Error {}

const PAUSES = [600, 1500, 4000];
const PASSING = new Set([502, 503, 504]);

const pause = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Options {
  body?: unknown;
  /** What makes the server do it once, however often it arrives. */
  key?: string;
  onRetry?: () => void;
}

/** GET without a body, else POST of JSON or of a form (`null`: POST of nothing). The same request is sent again
 *  while the network fails or the server is away for a moment; `onRetry` hears of it before each
 *  pause. */
export async function call<T>(path: string, options: Options = {}): Promise<T> {
  for (const wait of [...PAUSES, null]) {
    const response = await attempt(path, options);
    if (response) return read<T>(response);
    if (wait === null) break;
    options.onRetry?.();
    await pause(wait);
  }
  throw new Unreachable(path);
}

async function attempt(path: string, options: Options): Promise<Response | null> {
  const response = await fetch(path, initFor(options)).catch(() => null);
  return response && !PASSING.has(response.status) ? response : null;
}

function initFor({ body, key }: Options): RequestInit {
  if (body === undefined) return {};
  if (body === null) return { method: "POST" };
  if (body instanceof FormData) return { method: "POST", body };
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (key) headers["idempotency-key"] = key;
  return { method: "POST", headers, body: JSON.stringify(body) };
}

async function read<T>(response: Response): Promise<T> {
  const answer: unknown = await response.json().catch(() => ({}));
  if (response.ok) return answer as T;
  const error = (answer as { error?: Partial<Refusal> }).error ?? {};
  throw new Refusal(
    response.status,
    error.code ?? "unknown",
    error.message ?? response.statusText,
    error.fields ?? {},
    Number(response.headers.get("retry-after") ?? 0),
  );
}
