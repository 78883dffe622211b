/** Keys of model providers and what is built around them. */
import type { TokenFormat } from './token-format.ts';

export const MODEL_FORMATS: readonly TokenFormat[] = [
  {
    rule: 'openai-key',
    prefixes: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-None-'],
    rest: /[A-Za-z0-9_-]{40,200}/y,
  },
  { rule: 'openai-key', prefixes: ['sk-'], rest: /[A-Za-z0-9]{48}(?![A-Za-z0-9])/y },
  { rule: 'model-provider-key', prefixes: ['sk-'], rest: /[a-f0-9]{32}(?![A-Za-z0-9])/y },
  { rule: 'anthropic-key', prefixes: ['sk-ant-'], rest: /[a-z]{3,8}[0-9]{2}-[A-Za-z0-9_-]{60,140}/y },
  { rule: 'openrouter-key', prefixes: ['sk-or-v1-'], rest: /[0-9a-f]{64}(?![A-Za-z0-9])/y },
  { rule: 'huggingface-token', prefixes: ['hf_', 'api_org_'], rest: /[A-Za-z0-9]{34}(?![A-Za-z0-9])/y },
  { rule: 'replicate-token', prefixes: ['r8_'], rest: /[A-Za-z0-9]{37}(?![A-Za-z0-9])/y },
  { rule: 'groq-key', prefixes: ['gsk_'], rest: /[A-Za-z0-9]{52}(?![A-Za-z0-9])/y },
  { rule: 'perplexity-key', prefixes: ['pplx-'], rest: /[A-Za-z0-9]{48,56}(?![A-Za-z0-9])/y },
  { rule: 'xai-key', prefixes: ['xai-'], rest: /[A-Za-z0-9]{80}(?![A-Za-z0-9])/y },
  { rule: 'langsmith-key', prefixes: ['lsv2_pt_', 'lsv2_sk_'], rest: /[0-9a-f]{32}_[0-9a-f]{10}(?![A-Za-z0-9])/y },
  { rule: 'langfuse-key', prefixes: ['sk-lf-'], rest: /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![A-Za-z0-9])/y },
  { rule: 'tavily-key', prefixes: ['tvly-'], rest: /(?:dev-|prod-)?[A-Za-z0-9]{32}(?![A-Za-z0-9])/y },
  { rule: 'nvidia-key', prefixes: ['nvapi-'], rest: /[A-Za-z0-9_-]{60,70}/y },
  { rule: 'firecrawl-key', prefixes: ['fc-'], rest: /[0-9a-f]{32}(?![A-Za-z0-9])/y },
  { rule: 'pinecone-key', prefixes: ['pcsk_'], rest: /[A-Za-z0-9_]{50,80}/y },
];
