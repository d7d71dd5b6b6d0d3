exports.handler = async ({ call }) => ({ call });
