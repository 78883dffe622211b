/**
 * Two more families in other languages, which need no verb for each deed: what is to be kept from the person, and a machine that is
 * spoken to. Written as pieces in order with a bounded gap; each language puts its negation and its person where it likes.
 */
import type { PhraseRule } from './rule.ts';

interface OrderWords {
  readonly code: string;
  /** Whole patterns of "do not tell the user"; a space may be any white space. */
  readonly conceal: readonly string[];
  /** Literals of which each of them holds one. */
  readonly concealAnchors: readonly string[];
  /** "From now on", and how the reader is told to answer after it. */
  readonly fromNowOn: readonly string[];
  readonly answer: readonly string[];
  /** The machine as it is addressed. */
  readonly reader: readonly string[];
}

const LANGUAGES: readonly OrderWords[] = [
  {
    code: 'de',
    conceal: [
      '(?:sag|sage|sagen sie|erzähl|erzähle|verrate|verraten sie|teile)…(?:dem|der|den) (?:be)?nutzern?(?:in)?…(?:nichts|nicht)',
      'ohne (?:es )?(?:den|dem|die|der) (?:be)?nutzer(?:in)?‥(?:zu (?:sagen|informieren|fragen|erwähnen)|mitzuteilen)',
      '(?:be)?nutzer(?:in)?‥(?:darf|soll|muss)‥(?:nichts|nicht)‥(?:erfahren|wissen|merken)',
      'erwähne? (?:es|dies|das)‥nicht',
      'vergiss,? was (?:der|die) (?:be)?nutzer',
    ],
    concealAnchors: ['nutzer', 'erwähn'],
    fromNowOn: ['ab sofort', 'von jetzt an', 'ab jetzt'],
    answer: ['antworte', 'antworten sie', 'sag', 'gib'],
    reader: ['ki-assistent', 'ki-modell', 'ki-agent', 'sprachmodell', 'ki assistent', 'alle sprachmodelle'],
  },
  {
    code: 'fr',
    conceal: [
      '(?:n’en |ne |n’)(?:le |la |les )?(?:parlez|dites|parle|dis|mentionnez|mentionne|informez|révélez)‥(?:pas|rien)…(?:utilisateur|client|personne)',
      'sans (?:en |le |la |l’)?(?:informer|dire|prévenir|avertir|mentionner)…(?:utilisateur|client)',
      'ce que l’utilisateur (?:a demandé|voulait)',
    ],
    concealAnchors: ['utilisateur', 'client', 'personne'],
    fromNowOn: ['à partir de maintenant', 'désormais', 'dorénavant'],
    answer: ['réponds', 'répondez', 'dis', 'dites', 'tu'],
    reader: ['assistant ia', "l'assistant", 'agent ia', 'modèle de langage', 'intelligence artificielle'],
  },
  {
    code: 'es',
    conceal: [
      'no (?:se lo |lo |le )?(?:digas?|diga|menciones?|informes?|cuentes?|reveles?)…(?:usuario|cliente)',
      'sin (?:que|decir(?:lo|le|selo)?|informar(?:le)?|avisar)…(?:usuario|cliente)',
      '(?:olvida|ignora) lo que (?:pidió|quería|dijo)',
    ],
    concealAnchors: ['usuario', 'cliente', 'lo que '],
    fromNowOn: ['a partir de ahora', 'desde ahora', 'de ahora en adelante'],
    answer: ['responde', 'responda', 'di', 'eres', 'contesta'],
    reader: ['asistente de ia', 'asistente', 'agente de ia', 'modelo de lenguaje'],
  },
  {
    code: 'pt',
    conceal: [
      'não (?:conte|diga|mencione|informe|revele|avise)…(?:usuário|utilizador|cliente)',
      'sem (?:dizer|informar|avisar|contar|que)…(?:usuário|utilizador|cliente)',
      '(?:esqueça|ignore) o que (?:o|a) (?:usuário|utilizador)',
    ],
    concealAnchors: ['usuário', 'utilizador', 'cliente'],
    fromNowOn: ['a partir de agora', 'de agora em diante'],
    answer: ['responda', 'responde', 'diga', 'você'],
    reader: ['assistente de ia', 'assistente', 'agente de ia', 'modelo de linguagem'],
  },
  {
    code: 'it',
    conceal: [
      'non (?:dirlo|dire|menzionar\\w{1,4}|informare|parlarne|rivelar\\w{1,4})…(?:utente|cliente)',
      'senza (?:dirlo|dire|informare|avvisare|che)…(?:utente|cliente)',
    ],
    concealAnchors: ['utente', 'cliente'],
    fromNowOn: ["d'ora in poi", 'da ora in poi', 'da adesso'],
    answer: ['rispondi', 'rispondete', "di'", 'sei'],
    reader: ['assistente ia', 'assistente', 'agente ia', 'modello linguistico'],
  },
  {
    code: 'nl',
    conceal: [
      '(?:vertel|zeg|meld)…(?:de )?gebruiker…(?:niets|niet)',
      'zonder…(?:de )?gebruiker…te (?:vertellen|informeren|vragen)',
    ],
    concealAnchors: ['gebruiker'],
    fromNowOn: ['vanaf nu'],
    answer: ['antwoord', 'zeg', 'ben je'],
    reader: ['ai-assistent', 'taalmodel'],
  },
  {
    code: 'ru',
    conceal: [
      'не (?:сообщай|сообщайте|говори|говорите|упоминай|упоминайте|рассказывай|рассказывайте)…(?:пользовател|клиент)',
      '(?:пользовател|клиент)[а-я]{0,3}…не (?:должен|должны|сообщай|говори)',
      'без ведома пользовател',
    ],
    concealAnchors: ['пользовател', 'клиент'],
    fromNowOn: ['с этого момента', 'отныне', 'теперь'],
    answer: ['отвечай', 'отвечайте', 'говори', 'ты'],
    reader: ['ии-ассистент', 'ассистенту', 'языковая модель', 'нейросет', 'ии-агент'],
  },
  {
    code: 'pl',
    conceal: ['nie (?:mów|informuj|wspominaj|powiadamiaj)…użytkownik', 'bez (?:wiedzy|informowania)…użytkownik'],
    concealAnchors: ['użytkownik'],
    fromNowOn: ['od teraz', 'odtąd'],
    answer: ['odpowiadaj', 'mów', 'jesteś'],
    reader: ['asystencie', 'asystent ai', 'model językowy'],
  },
  {
    code: 'tr',
    conceal: ['kullanıcıya…(?:söyleme|bahsetme|bildirme)', 'kullanıcının (?:haberi|bilgisi) olmadan'],
    concealAnchors: ['kullanıcı'],
    fromNowOn: ['bundan sonra', 'şu andan itibaren'],
    answer: ['cevap ver', 'yanıtla', 'söyle'],
    reader: ['yapay zeka asistan', 'dil modeli'],
  },
  {
    code: 'zh',
    conceal: ['(?:不要|别|不得|請勿|请勿|無需|无需)‥(?:告诉|告訴|通知|提及|透露|告知|让)‥(?:用户|用戶|使用者)'],
    concealAnchors: ['用户', '用戶', '使用者'],
    fromNowOn: ['从现在起', '从现在开始', '從現在起', '今后'],
    answer: ['回答', '只能', '回复', '你'],
    reader: ['ai助手', 'ai 助手', '人工智能助手', '语言模型', '大模型', '智能助手', 'ai代理'],
  },
  {
    code: 'ja',
    conceal: ['ユーザー?(?:に|には|へ)‥(?:知らせ|伝え|言わ|教え|通知し|明かさ|話さ)[^。\\n]{0,6}(?:ない|ず)'],
    concealAnchors: ['ユーザ'],
    fromNowOn: ['今から', 'これから', '以降は'],
    answer: ['答え', '回答', '返答'],
    reader: ['aiアシスタント', 'aiエージェント', 'aiへ', '言語モデル'],
  },
  {
    code: 'ko',
    conceal: ['사용자(?:에게|한테|가)‥(?:알리|말하|언급하|공개하)지 (?:마|않)'],
    concealAnchors: ['사용자'],
    fromNowOn: ['지금부터', '이제부터'],
    answer: ['대답', '답변', '답해'],
    reader: ['ai 어시스턴트', 'ai 비서', '언어 모델'],
  },
  {
    code: 'ar',
    conceal: ['(?:لا تخبر|دون إخبار|لا تذكر|دون علم)…المستخدم'],
    concealAnchors: ['المستخدم'],
    fromNowOn: ['من الآن فصاعد'],
    answer: ['أجب', 'قل', 'رد'],
    reader: ['مساعد الذكاء', 'نموذج اللغة'],
  },
];

const MEANING: Readonly<Record<string, string>> = {
  ' ': '\\s{1,3}',
  '…': '[^.!?。！？\\n]{0,40}?',
  '‥': '[^.!?。！？\\n]{0,16}?',
  '’': "['’]?",
};
const written = (source: string): string => source.replaceAll(/[ …‥’]/gu, (mark) => MEANING[mark] ?? mark);
/** Scripts in which a word has no edge. */
const UNSPACED = new Set(['zh', 'ja', 'ko', 'ar']);

function rulesOf({ code, conceal, concealAnchors, fromNowOn, answer, reader }: OrderWords): readonly PhraseRule[] {
  const edge = UNSPACED.has(code) ? '' : String.raw`(?<![\p{L}])`;
  return [
    {
      rule: `conceal-${code}`,
      weight: 2,
      anchors: concealAnchors,
      pattern: new RegExp(conceal.map((each) => edge + written(each)).join('|'), 'gu'),
    },
    {
      rule: `shapes-answers-${code}`,
      weight: 2,
      anchors: fromNowOn,
      pattern: new RegExp(
        `${edge}(?:${fromNowOn.join('|')})[^.!?。！？\\n]{0,24}?${edge}(?:${answer.join('|')})${UNSPACED.has(code) ? '' : '(?![\\p{L}])'}`,
        'gu',
      ),
      kinds: ['output', 'input'],
    },
    {
      // The machine, then a colon or comma: it is spoken to, and what follows is for it.
      rule: `addresses-model-${code}`,
      weight: 1,
      anchors: reader,
      pattern: new RegExp(
        `${edge}(?:${reader.join('|')})[\\p{L}]{0,4}\\s{0,2}(?:[:：]|,(?=\\s)|请注意|請注意)\\s{0,2}\\S[^.!?。！？\\n]{4,}`,
        'gu',
      ),
      kinds: ['output', 'input'],
    },
  ];
}

export const ORDERS_IN_LANGUAGES: readonly PhraseRule[] = LANGUAGES.flatMap(rulesOf);
