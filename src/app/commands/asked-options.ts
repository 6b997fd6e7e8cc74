/** What the commands have in common that ask the Hedgehog that runs: where it is looked for. */
export const WHERE = `
It asks the Hedgehog that runs on the same database: HEDGEHOG_ENV, HEDGEHOG_DATABASE, DATABASE_URL and HEDGEHOG_DATA_DIR
must be what that was started with.`;

export const JSON_OPTION = ['--json', 'print one JSON value and nothing else on standard output'] as const;
