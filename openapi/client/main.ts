// A bureau's first day: its administrator sets it up, two schools report, the bureau accepts, and the figure is right.
//
// Usage: node build/main.js URL ADMINISTRATOR < PASSWORD

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";

import type { components } from "./generated.js";
import { expectData, expectProblem, logIn, type Service } from "./service.js";

type Schemas = components["schemas"];

const CREATE = { header: { "If-None-Match": "*" } } as const;

const CATALOGUE: Schemas["CatalogueDocument"] = {
  dimensions: [
    {
      code: "sex",
      name: { zh: "性别", en: "Sex" },
      options: [
        { code: "girls", name: { zh: "女" } },
        { code: "boys", name: { zh: "男" } },
      ],
    },
  ],
  indicators: [
    {
      code: "pupils",
      name: { zh: "学生数", en: "Pupils" },
      unit: "人",
      value_type: "count",
      aggregation: "sum",
      dimensions: ["sex"],
    },
  ],
  forms: [
    {
      code: "basics",
      name: { zh: "基本情况" },
      section: "teaching",
      period_type: "year",
      stages: ["primary"],
      window: { opens_on: "start", due_on: "end+600m", closes_on: "end+600m" },
      principal_signs: true,
      fields: [{ indicator: "pupils", required: true }],
    },
  ],
};

const SCHOOLS = [
  { code: "2199000001", name: "第一小学", principal: "principal1", girls: 120, boys: 130 },
  { code: "2199000002", name: "第二小学", principal: "principal2", girls: 80, boys: 95 },
];

async function setUp(admin: Service, password: string): Promise<void> {
  const add = async (code: string, body: Schemas["OrganisationInput"]) =>
    expectData(`add ${code}`, await admin.PUT("/v1/organisations/{code}", { params: { path: { code }, ...CREATE }, body }));
  const employ = async (username: string, organisation: string, role: Schemas["Role"]) =>
    expectData(
      `employ ${username}`,
      await admin.PUT("/v1/users/{username}", {
        params: { path: { username }, ...CREATE },
        body: { display_name: username, organisation, roles: [role], password, disabled: false },
      }),
    );

  const me = expectData("who am I", await admin.GET("/v1/me"));
  await add("teaching", { kind: "section", name: "教学科", parent: me.organisation.code });
  await employ("officer", "teaching", "section_officer");
  await employ("leader", me.organisation.code, "leader");
  for (const { code, name, principal } of SCHOOLS) {
    await add(code, { kind: "school", name, stage: "primary", parent: me.organisation.code, opened_on: "2000-09-01" });
    await employ(principal, code, "principal");
  }
  const header = { "If-Match": "*" };
  expectData("the catalogue", await admin.PUT("/v1/catalogue", { params: { header }, body: CATALOGUE }));
}

function at(school: string) {
  return { form: "basics", period: "2022", school };
}

function content(girls: number, boys: number): Schemas["SubmissionInput"] {
  return {
    values: [
      { indicator: "pupils", dimensions: { sex: "girls" }, value: girls },
      { indicator: "pupils", dimensions: { sex: "boys" }, value: boys },
    ],
  };
}

async function report(principal: Service, school: (typeof SCHOOLS)[number]): Promise<void> {
  const path = at(school.code);
  const save = async (girls: number, boys: number) =>
    principal.PUT("/v1/forms/{form}/periods/{period}/submissions/{school}", {
      params: { path, ...CREATE },
      body: content(girls, boys),
    });

  const mistake = expectProblem("pupils are whole", "validation_failed", await save(school.girls, school.boys + 0.5));
  assert.deepEqual(
    mistake.violations?.map(({ pointer }) => pointer),
    ["/values/1/value"],
  );

  const draft = expectData("save", await save(school.girls, school.boys));
  assert.equal(draft.state, "draft");
  const submitted = expectData(
    "submit",
    await principal.POST("/v1/forms/{form}/periods/{period}/submissions/{school}/submit", {
      params: { path, header: { "Idempotency-Key": `submit-${school.code}` } },
      body: {},
    }),
  );
  assert.equal(submitted.state, "submitted");
}

async function readFigure(leader: Service, basis: "submitted" | "accepted"): Promise<Schemas["Figure"]> {
  const query = { indicator: "pupils", period: "2022", basis };
  const { items } = expectData("the figure", await leader.GET("/v1/figures", { params: { query } }));
  const [figure] = items;
  assert(figure && items.length === 1, "one figure is asked for");
  return figure;
}

async function main(baseUrl: string, administrator: string, password: string): Promise<void> {
  await setUp(await logIn(baseUrl, administrator, password), password);
  for (const school of SCHOOLS) {
    await report(await logIn(baseUrl, school.principal, password), school);
  }

  const leader = await logIn(baseUrl, "leader", password);
  const reported = SCHOOLS.reduce((sum, { girls, boys }) => sum + girls + boys, 0);
  assert.equal((await readFigure(leader, "submitted")).value, reported);
  const before = await readFigure(leader, "accepted");
  assert.equal(before.value, null, "nothing counts before it is accepted");
  assert.deepEqual([before.coverage.expected, before.coverage.reported], [SCHOOLS.length, 0]);

  const officer = await logIn(baseUrl, "officer", password);
  for (const { code } of SCHOOLS) {
    const answer = await officer.POST("/v1/forms/{form}/periods/{period}/submissions/{school}/accept", {
      params: { path: at(code) },
      body: {},
    });
    assert.equal(expectData("accept", answer).state, "accepted");
  }
  const figure = await readFigure(leader, "accepted");
  assert.equal(figure.value, reported);
  console.log(`pupils in 2022: ${figure.value} ${figure.unit}, of ${figure.coverage.reported} schools`);
}

const [baseUrl, administrator] = process.argv.slice(2);
assert(baseUrl && administrator, "usage: node build/main.js URL ADMINISTRATOR < PASSWORD");
await main(baseUrl, administrator, readFileSync(0, "utf8").trim());
