/** Marks that pretend that the data ended here and somebody with authority speaks. */
import { phrase, type PhraseRule } from './rule.ts';

const SPEAKER = '(?:system|assistant|developer|admin(?:istrator)?)';
const NOTICE = '(?:message|prompt|instructions?|override|note|notice|command|directive|update|alert|task|request)';

export const BOUNDARY: readonly PhraseRule[] = [
  {
    rule: 'chat-template-token',
    weight: 2,
    anchors: ['<|', 'inst]', '<<sys', '<</sys', '<start_of_turn', '<end_of_turn'],
    pattern:
      /<\|\s?(?:im_start|im_end|im_sep|system|user|assistant|endoftext|endofprompt|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text|end|channel|message)\s?\|>|\[\s?\/?\s?inst\s?\]|<<\/?sys>>|<(?:start|end)_of_turn>/gu,
  },
  {
    rule: 'forged-tag',
    weight: 1,
    anchors: [
      '<important',
      '<critical',
      '<system',
      '</system',
      '<admin',
      '<secret',
      '<hidden',
      '<urgent',
      '<override',
      '<mandatory',
      '<instruction',
      '</instruction',
      '<assistant',
      '</assistant',
      '<information>',
      '</information>',
      '<user_query',
      '</user_query',
      '<tool_result',
      '</tool_result',
      '</function_results',
      '<function_results',
      '</document>',
      '<prompt',
      '</prompt',
      '<directive',
      '<note_to',
      '<for_ai',
      '<attention',
      '</untrusted',
      '</search_results',
      '<function_calls',
      '<tool_call',
    ],
    pattern:
      /<\/?(?:important|critical|system(?:[-_ ](?:prompt|message|reminder|override|instructions?|note))?|admin|secret|hidden|urgent|override|mandatory|attention|directives?|(?:\w{1,12}[-_ ])?instructions?|assistant|information|user_query|(?:system_)?prompt|note_to_\w{1,20}|for_ai\w{0,12}|function_calls|tool_call)\s{0,3}>|<\/(?:tool_results?|function_results?|search_results?|document|untrusted\w{0,20})\s{0,3}>\s{0,8}(?:<(?!\/)(?:system|user|instructions?)|system\b|human\b|user\b|assistant\b|now\b|new\b|instructions?\b)/gu,
  },
  {
    rule: 'role-header',
    weight: 1,
    anchors: ['system', 'assistant', 'developer', 'admin', '### instruction'],
    pattern: phrase(
      `(?:^|[\\n"'.]|\\\\n)\\s{0,4}(?:#{2,4}\\s?${SPEAKER}(?: ${NOTICE})?\\s?:|\\[\\s?${SPEAKER}(?: ${NOTICE})?\\s?\\]\\s?:?|\\*\\*${SPEAKER}(?: ${NOTICE})?:?\\*\\*:?|(?:system|admin(?:istrator)?) (?:prompt|instructions?|override|directive)\\s?:|#{2,4}\\s?instructions?\\s?:)|\\(${SPEAKER} ${NOTICE}\\)`,
    ),
  },
  {
    rule: 'section-marker',
    weight: 2,
    anchors: ['instruction', 'prompt', 'user input', 'end of', 'end_of'],
    pattern: phrase(
      `\\b(?:begin(?:ning)?(?: of)?|start(?: of)?|end(?: of)?)[ _](?:(?:new|the|system|user|hidden|secret|admin|special|real|untrusted|original)[ _]){0,2}(?:instructions?|prompt|system message|user input|user message|user query)\\s{0,2}(?:[-=#*\\]>~]{1,6}|\\n|:|$)|[-=#*\\[<~]{2,6}\\s?end(?: of)?[ _](?:the )?(?:document|data|context|results?|tool output|output|text|article|email|file|page|content)\\s?[-=#*\\]>~]{2,6}\\s{0,6}(?:now|new|you|system|user|assistant|human|ignore|please|instructions?|important|next)\\b`.replaceAll(
        '[ _]',
        '[\\s_]',
      ),
    ),
  },
  {
    rule: 'staged-dialogue',
    weight: 1,
    anchors: [
      'assistant:',
      'ai:',
      'human:',
      'user:',
      'chatgpt:',
      'q:',
      'question:',
      'input:',
      'prompt:',
      'q :',
      'user :',
      'human :',
    ],
    // Every way on from a beginning is looked along once: of two gaps in a row one only is tried at each length, and the last question
    // that has five characters after it (`asked`, which cannot be given up) speaks for all before it.
    pattern:
      /\b(?:human|user)\s?:(?:[^\n]{1,160}\n{1,3}[^\n]{0,40}|[^\n]{1,200})\b(?:assistant|ai|chatgpt|bot)\s?:\s{0,3}(?:sure|of course|certainly|yes|okay|ok|absolutely|understood|i will|i'll)\b|\b(?:assistant|chatgpt|ai)\s?:\s{0,3}(?:sure|of course|certainly|absolutely|understood)[,.!]|\b(?:a|answer|assistant|ai|output|response|bot)\s?:\s(?=(?<asked>[^\n]{3,300}\s(?:q|question|user|human|input|prompt)\s?:\s)[^\n?]{5})\k<asked>(?![^]{206})[^\n?]{5,200}\??['"]?\s{0,3}$/gu,
    kinds: ['output', 'input'],
  },
];
