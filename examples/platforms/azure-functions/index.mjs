// Azure Functions, Node programming model v4: func start
import { app } from '@azure/functions';
import { instrument } from '@sandscope/sdk/azure-functions';

instrument(app);

app.http('hello', {
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: async (request, context) => {
    context.log('said hello');
    return {
      status: Number(request.query.get('status') ?? 200),
      body: `hello ${request.query.get('name') ?? 'world'}`,
    };
  },
});

app.timer('tick', {
  schedule: '0 */5 * * * *',
  handler: async (timer) => {
    if (timer.isPastDue) throw new RangeError('too late');
  },
});
