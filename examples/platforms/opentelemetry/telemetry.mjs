// node --import ./telemetry.mjs app.mjs
import { register } from '@sandscope/sdk/otel';

await register();
