// The service through the generated client: every path, parameter, body and answer below is checked by the compiler.

import { strict as assert } from "node:assert";

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./generated.js";

export type Problem = components["schemas"]["Problem"];
export type Service = Client<paths>;

/** Logs in, and gives a client that sends the token along. */
export async function logIn(baseUrl: string, username: string, password: string): Promise<Service> {
  const anonymous = createClient<paths>({ baseUrl });
  const { data, error } = await anonymous.POST("/oauth/token", {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: { grant_type: "password", username, password },
  });
  assert(data, `${username} logs in: ${JSON.stringify(error)}`);
  return createClient<paths>({ baseUrl, headers: { authorization: `Bearer ${data.access_token}` } });
}

/** The data of an answer that has to be one; otherwise fails with what the problem says. */
export function expectData<T>(what: string, answer: { data?: T; error?: Problem }): T {
  assert(answer.data !== undefined, `${what}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** The problem of an answer that has to be one. */
export function expectProblem(what: string, code: Problem["code"], answer: { error?: Problem }): Problem {
  assert.equal(answer.error?.code, code, what);
  return answer.error;
}
