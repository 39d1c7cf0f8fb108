// Prints the microseconds of processor time that feelin's evaluate() needs for each expression: the median of seven batches.
import { readFileSync } from 'node:fs';
import { evaluate } from 'feelin';

const functions = {
  bpmnError: Object.assign((errorCode, errorMessage, variables) => ({ errorType: 'bpmnError', errorCode, errorMessage, variables }), { $args: ['errorCode', 'errorMessage', 'variables'] }),
  jobError: Object.assign((errorMessage, variables, retries, retryBackoff) => ({ errorType: 'jobError', errorMessage, variables, retries, retryBackoff }), { $args: ['errorMessage', 'variables', 'retries', 'retryBackoff'] }),
};

for (const { name, expression, context } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const scope = { ...context, ...functions };
  const used = () => {
    const { user, system } = process.cpuUsage();
    return user + system; // microseconds
  };
  const run = (ms) => {
    const began = used();
    let n = 0;
    while (used() - began < ms * 1000) {
      for (let i = 0; i < 20; i++) evaluate(expression, scope);
      n += 20;
    }
    return (used() - began) / n;
  };
  run(1500);
  const batches = Array.from({ length: 7 }, () => run(300)).sort((a, b) => a - b);
  console.log(name, batches[3].toFixed(4));
}
