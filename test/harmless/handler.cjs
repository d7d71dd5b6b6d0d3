// A handler for a Lambda runtime that answers in the way that the event asks for. Each way is wrapped, not the handler.
'use strict';
const { SDK: sdk } = process.env;
const { wrap } = sdk ? require(`${sdk}/sandscope.cjs`) : { wrap: (handler) => handler };

const ways = {
  async: wrap(async ({ n }) => ({ n }), { name: 'async' }),
  rejecting: wrap(async () => Promise.reject(new RangeError('no')), { name: 'rejecting' }),
  throwing: wrap(
    () => {
      throw new TypeError('thrown');
    },
    { name: 'throwing' },
  ),
  callback: wrap((event, _context, done) => void setImmediate(() => done(null, event.n)), {
    name: 'callback',
  }),
  callbackError: wrap((_event, _context, done) => done(new Error('called back')), { name: 'callbackError' }),
  succeed: wrap((event, context) => context.succeed(event.n), { name: 'succeed' }),
};

exports.handler = (event, context, done) => ways[event.way](event, context, done);
exports.ways = Object.keys(ways);
