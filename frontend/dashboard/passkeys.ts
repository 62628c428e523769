import { byId, maybeId } from "../shared/dom";

/** What the server wants the browser's API to be asked; its answer goes back with the ticket. */
interface Asked {
  ticket: string;
  options: Record<string, unknown>;
}

const supported = (): boolean =>
  "PublicKeyCredential" in window && isSecureContext && "credentials" in navigator;

/** Shows what needs a script and a browser that knows passkeys. */
export function preparePasskeys(): void {
  if (!supported()) return;
  const button = maybeId<HTMLButtonElement>("use-passkey");
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => void tried(signIn));
  }
  const form = maybeId<HTMLFormElement>("new-passkey");
  if (form) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void tried(add);
    });
  }
}

async function tried(act: () => Promise<string>): Promise<void> {
  const problem = byId("passkey-problem");
  problem.hidden = true;
  try {
    location.assign(await act());
  } catch {
    problem.textContent = problem.dataset["text"] ?? "";
    problem.hidden = false;
  }
}

async function signIn(): Promise<string> {
  const { ticket, options } = await post<Asked>("/dashboard/passkey/options");
  const publicKey = options as unknown as PublicKeyCredentialRequestOptions;
  const credential = await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(options["challenge"]) },
  });
  return sent("/dashboard/passkey", { ticket, credential: answered(credential) });
}

async function add(): Promise<string> {
  const { ticket, options } = await post<Asked>("/dashboard/me/passkeys/options");
  const publicKey = options as unknown as PublicKeyCredentialCreationOptions;
  const credential = await navigator.credentials.create({
    publicKey: {
      ...publicKey,
      challenge: bytes(options["challenge"]),
      user: { ...publicKey.user, id: bytes(publicKey.user.id) },
      excludeCredentials: (publicKey.excludeCredentials ?? []).map((one) => ({
        ...one,
        id: bytes(one.id),
      })),
    },
  });
  const name = byId<HTMLInputElement>("passkey-name").value;
  return sent("/dashboard/me/passkeys", { ticket, name, credential: answered(credential) });
}

async function sent(path: string, body: unknown): Promise<string> {
  return (await post<{ to: string }>(path, body)).to;
}

async function post<T>(path: string, body: unknown = {}): Promise<T> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(path);
  return (await response.json()) as T;
}

/** As the server reads it (WebAuthn level 3, section 5.1.9), also where browsers lack `toJSON`. */
function answered(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("no credential");
  const { response } = credential;
  const parts: Record<string, string> = { clientDataJSON: text(response.clientDataJSON) };
  if (response instanceof AuthenticatorAttestationResponse) {
    parts["attestationObject"] = text(response.attestationObject);
  } else if (response instanceof AuthenticatorAssertionResponse) {
    parts["authenticatorData"] = text(response.authenticatorData);
    parts["signature"] = text(response.signature);
    if (response.userHandle) parts["userHandle"] = text(response.userHandle);
  }
  const { id, rawId, type } = credential;
  return { id, rawId: text(rawId), type, response: parts, clientExtensionResults: {} };
}

function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const plain = String(base64url).replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain), (character) => character.charCodeAt(0));
}

function text(buffer: ArrayBuffer): string {
  const plain = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
