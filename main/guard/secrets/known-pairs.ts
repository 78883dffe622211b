/*
 * Secrets that have no mark of their own and are known by what stands beside them: the secret of an AWS key, bots of Telegram
 * and Discord, signatures of Azure, keys of Twilio and Heroku.
 */
import { Buffer } from 'node:buffer';
import type { Match } from '../match.ts';
import { entropyOf, isPlaceholder, kindsIn } from './placeholders.ts';
import { secretMatch } from './secret-match.ts';
import { standsAlone } from './token-format.ts';

export function findKnownPairs(text: string): readonly Match[] {
  return [
    ...awsSecrets(text),
    ...telegramBots(text),
    ...discordBots(text),
    ...azureSignatures(text),
    ...serviceKeys(text),
  ];
}

const AWS_NAMED = /secret_{0,2}-?access_{0,2}-?key|aws_{0,2}-?secret|secretAccessKey|secret_key/gi;
const AWS_ID = /(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}/g;
const AWS_SECRET = /(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/])/;
const NAMED_REACH = 64;
const PAIR_REACH = 240;

function awsSecrets(text: string): Match[] {
  const matches: Match[] = [];
  const look = (from: number, reach: number): void => {
    const near = text.slice(from, from + reach);
    const found = AWS_SECRET.exec(near);
    if (found === null || kindsIn(found[0].replaceAll(/[+/]/g, '')) < 3 || entropyOf(found[0]) < 3.8) return;
    if (isPlaceholder(found[0])) return;
    matches.push(secretMatch('aws-secret-access-key', from + found.index, from + found.index + 40));
  };
  for (const named of text.matchAll(AWS_NAMED)) look(named.index + named[0].length, NAMED_REACH);
  for (const id of text.matchAll(AWS_ID)) look(id.index + id[0].length, PAIR_REACH);
  return matches;
}

const TELEGRAM = /[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g;

function telegramBots(text: string): Match[] {
  return Array.from(text.matchAll(TELEGRAM))
    .filter((found) => {
      const key = found[0].slice(found[0].indexOf(':') + 1);
      const begins = standsAlone(text, found.index) || text.slice(Math.max(0, found.index - 3), found.index) === 'bot';
      return begins && kindsIn(key) >= 3 && !isPlaceholder(key);
    })
    .map((found) => secretMatch('telegram-bot-token', found.index, found.index + found[0].length));
}

const DISCORD =
  /(?:(?<![A-Za-z0-9_-])|(?<=\\[bfnrt])|(?<=%[0-9A-Fa-f]{2}))[MNO][A-Za-z0-9_-]{22,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])/g;

/** The first part is the bot's number in base64. */
function discordBots(text: string): Match[] {
  return Array.from(text.matchAll(DISCORD))
    .filter(([token]) => {
      const [id = '', , key = ''] = token.split('.');
      const number = Buffer.from(id, 'base64url').toString('latin1');
      return (/^[0-9]{16,20}$/.test(number) || kindsIn(id) >= 3) && kindsIn(key) >= 3 && entropyOf(key) >= 3.3;
    })
    .map((found) => secretMatch('discord-bot-token', found.index, found.index + found[0].length));
}

const AZURE_SIGNATURE = /[?&;]sig=([A-Za-z0-9%+/_-]{40,100}={0,2})/g;

function azureSignatures(text: string): Match[] {
  return Array.from(text.matchAll(AZURE_SIGNATURE))
    .filter((found) =>
      /(?:^|[?&;])(?:sv|se|sp|skn|sr)=/.test(text.slice(Math.max(0, found.index - 400), found.index + 500)),
    )
    .map((found) => secretMatch('azure-signature', found.index + 5, found.index + found[0].length));
}

const SERVICE =
  /\b(twilio|heroku|datadog|dd_api|dd_app|algolia|fastly|cloudflare|cf_api|okta|auth0|mailgun|mailjet|pagerduty|opsgenie|snyk|travis|codecov|launchdarkly|sentry|zendesk|trello|asana|discord|coinbase|cohere|mistral|elevenlabs|together|deepgram|assemblyai|stability|azure|openai|linkedin|twitter|spotify|twitch|plaid|vault|consul|nomad|jenkins|bitbucket|jira|confluence)[A-Za-z0-9_. -]{0,24}(?:key|token|secret|pat|sid|auth)\w{0,12}\\{0,3}["']?\s{0,3}(?:=>|=|:)\s{0,3}\\{0,3}["']?([A-Za-z0-9_.-]{20,128})/gi;

/** `DD_API_KEY=<32 hex>`, `HEROKU_API_KEY=<UUID>` and the like: the service is named, the value is random. */
function serviceKeys(text: string): Match[] {
  return Array.from(text.matchAll(SERVICE))
    .filter(
      ([, , value = '']) =>
        /[0-9]/.test(value) && /[A-Za-z]/.test(value) && entropyOf(value) >= 3 && !isPlaceholder(value),
    )
    .map((found) => {
      const end = found.index + found[0].length;
      return secretMatch('service-key', end - (found[2]?.length ?? 0), end);
    });
}
