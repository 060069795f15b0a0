import { defineConfig } from '@playwright/test';

// Chromium comes from the system: Playwright's own download is not to be had everywhere.
const launchOptions = {
  executablePath: process.env.FLITCH_CHROMIUM,
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

const use = { launchOptions, viewport: { width: 1280, height: 900 } };
const shots = process.env.FLITCH_SHOTS ? [{ name: 'shots', testMatch: 'shots.js', use }] : [];

export default defineConfig({
  testDir: 'tests',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  retries: 0,
  workers: 2,
  forbidOnly: true,
  reporter: 'list',
  outputDir: 'test-results',
  projects: [
    { name: 'chromium', testMatch: '*.spec.js', use },
    { name: 'chromium-no-js', testMatch: ['credential.spec.js', 'flow.spec.js', 'findings.spec.js', 'postgres.spec.js', 'hostile.spec.js', 'iam.spec.js', 'life.spec.js', 'members.spec.js', 'query.spec.js', 'refresh.spec.js'], use: { ...use, javaScriptEnabled: false } },
    ...shots,
  ],
});
