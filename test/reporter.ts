import type { Reporter, SerializedError, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';

/** Names each failed and each skipped test, and ends with one plain line that any CI can read. */
export default class PlainReporter implements Reporter {
  private passed = 0;
  private failed = 0;
  private readonly skipped: string[] = [];

  onTestCaseResult(test: TestCase): void {
    const result = test.result();
    if (result.state === 'passed') this.passed += 1;
    else if (result.state === 'skipped') this.skipped.push(test.fullName);
    else if (result.state === 'failed') {
      this.failed += 1;
      console.log(`FAIL ${test.module.moduleId} > ${test.fullName}`);
      for (const error of result.errors) console.log(error.stack ?? error.message);
      for (const error of result.errors) if (error.diff !== undefined) console.log(error.diff);
    }
  }

  /** Failed hooks of a describe block; no test case carries them. */
  onTestSuiteResult(suite: TestSuite): void {
    for (const error of suite.errors()) this.fault(suite.fullName, error);
  }

  onTestModuleEnd(module: TestModule): void {
    for (const error of module.errors()) this.fault(module.moduleId, error);
    const name = module.moduleId.replace(`${process.cwd()}/`, '');
    const ms = Math.round(module.diagnostic().duration);
    if (ms > 5000) console.log(`slow ${name}: ${ms} ms`);
  }

  onTestRunEnd(_modules: readonly TestModule[], errors: readonly SerializedError[], reason: TestRunEndReason): void {
    for (const error of errors) this.fault('outside of tests', error);
    if (reason === 'interrupted') this.failed += 1;
    for (const name of this.skipped) console.log(`skipped: ${name}`);
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped.length} skipped`);
  }

  private fault(where: string, error: SerializedError): void {
    this.failed += 1;
    console.log(`FAIL ${where}\n${error.stack ?? error.message}`);
  }
}
