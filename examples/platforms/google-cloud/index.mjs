// Google Cloud Functions and Cloud Run functions: one HTTP function, one CloudEvent function.
//   npx functions-framework --target hello
//   npx functions-framework --target resize --signature-type cloudevent
import functions from '@google-cloud/functions-framework';
import { wrapCloudEvent, wrapHttpFunction } from '@sandscope/sdk/google-cloud';

functions.http(
  'hello',
  wrapHttpFunction((request, response) => {
    if (request.query.fail) throw new Error('asked to fail');
    response.status(Number(request.query.status ?? 200)).send(`hello ${request.query.name ?? 'world'}`);
  }),
);

functions.cloudEvent(
  'resize',
  wrapCloudEvent(async (event) => {
    if (event.data?.fail) throw new RangeError('no such size');
    return { resized: event.data?.name };
  }),
);

// With two parameters the framework waits for the callback.
functions.cloudEvent(
  'resizeLater',
  wrapCloudEvent((event, callback) => {
    setTimeout(() => callback(event.data?.fail ? new RangeError('no such size') : null), 5);
  }),
);
