import { foldSpeech } from './folded-speech.ts';
import type { Language } from '../language.ts';

/** Up to `n` words may stand between two others: `bleeding really very badly`. */
const gap = (n: number): string => `(?:\\w+ ){0,${n}}`;

/**
 * What sounds like a danger to life, as whole words of folded speech. Forms people say on the telephone: without `ne`,
 * in the third person, in the wrong order. Meant to err towards asking: a question too many costs five seconds.
 */
const phrases: Readonly<Record<Language, readonly string[]>> = {
  fr: [
    // Heart
    `(?:douleurs?|mal|serrements?|serre|oppressions?|pression|poids|brulures?|brule) ${gap(4)}(?:a|au|dans|sur|de|en travers de) ?(?:la|ma|sa|ta|notre|mon|son|le)? ?(?:poitrine|thorax|torse|cage thoracique)`,
    `(?:poitrine|thorax) (?:qui )?(?:me |lui |nous )?(?:fait|fais) ${gap(2)}mal`,
    `(?:poitrine|thorax) (?:qui )?(?:se |me |lui )?(?:serre|brule|comprime)`,
    '(?:poitrine|thorax) (?:est |tres |toute |bien |qui est |se sent )*(?:oppressee?|serree?|comprimee?)',
    'douleurs? thoraciques?',
    `douleurs? ${gap(2)}au coeur`,
    '(?:crise|arret|attaque) cardiaque',
    'infarctus',
    // Breath
    'arriv\\w+ (?:meme |vraiment |presque |quasiment )?(?:pas|plus|mal|guere|jamais) (?:du tout )?a (?:bien |plus )?(?:respirer|reprendre (?:mon|son|ma|sa) (?:souffle|respiration))',
    'pe(?:ux|ut|uvent|u) (?:meme |vraiment |presque )?(?:pas|plus) (?:du tout )?(?:bien )?respirer',
    '(?:mal|difficultes?|peine|gene|problemes?) (?:a|pour) (?:bien )?respirer',
    '(?:difficultes?|detresses?) respiratoires?',
    'respir(?:e|es|ait|ent) (?:meme |presque |vraiment |tres |de plus en )?(?:pas|plus|mal|difficilement)',
    'souffle coupe',
    'etouff(?:e|es|ent|er|ait|ais|ant|ee|ees|ement|ements)',
    'suffo(?:que|ques|quent|quer|cation|cations)',
    '(?:s |d )?asphyxi\\w+',
    // Blood
    `saign\\w* ${gap(4)}(?:beaucoup|abondamment|enormement|trop|fort|enormement|sans arret|sans s arreter|a flots|de partout)`,
    `beaucoup saign\\w+`,
    `arret\\w+ (?:pas|plus) (?:du tout )?de saigner`,
    'saign\\w+ (?:qui )?(?:ne )?(?:s )?arret\\w+ (?:pas|plus)',
    `saign\\w+ ${gap(3)}(?:et |mais )?(?:ca |il |elle )(?:ne )?(?:s arret\\w+ (?:pas|plus)|(?:veut|peut) (?:pas|plus) s arreter)`,
    `vid\\w+ de ${gap(1)}sang`,
    '(?:perd|perds|perdait|perdre) (?:\\w+ )?(?:du|de|mon|son) sang',
    'hemorragi\\w+',
    `(?:perd|perds|perdu|perdait|perdre) ${gap(2)}(?:beaucoup|trop|enormement|plein|tout son|tellement) (?:de )?(?:son )?sang`,
    `(?:vomi|vomis|vomit|vomir|crache|cracher|tousse) (?:\\w+ )?(?:du|le) sang`,
    // Consciousness
    'inconscient(?:e|s|es)?',
    'sans connaissance',
    `(?:perd|perds|perdu|perdre|perdait|perte de) connaissance`,
    '(?:evanoui|evanouie|evanouis|evanouit|evanouir|evanouissement)',
    '(?:reveille|reagit|bouge) (?:pas|plus)(?: du tout)?',
    'tombe(?:e|s)? dans les pommes',
    '(?:il|elle|on|ca) (?:ne )?(?:me |nous )?repond (?:meme )?plus(?! (?:au|aux|a) )',
    '(?:tout|toute) bleue?(?! (?:marine|ciel))',
    '(?:fais|fait|faire|faisait|refait) (?:un|des) malaises?',
    // Brain
    'convuls\\w+',
    'crises? (?:d epilepsie|epileptiques?)',
    'avc|a v c',
    'attaque cerebrale',
    'accident (?:vasculaire|cerebral)',
    `(?:visage|face|bouche) ${gap(4)}(?:paralyse|paralysee|de travers|tordu|tordue|deforme|deformee|affaisse|affaissee|engourdi|engourdie)`,
    `paralys\\w+ ${gap(4)}(?:visage|face|bouche|d un cote|du cote)`,
    'paralysies? (?:faciales?|du visage|de la face)',
    `(?:bras|jambe|cote|corps|moitie) ${gap(3)}paralyse(?:e|s|es)?`,
    // Poison
    'overdos\\w*|over dose',
    'surdos\\w+',
    `(?:avale|pris|prise|prend|ingere|bu) ${gap(3)}(?:trop de|tous|toute|toutes|plein de|tout) ${gap(4)}(?:medicaments?|cachets?|comprimes?|pilules?|somniferes?|boite)`,
    'empoisonn\\w+',
    // Despair
    'suicid\\w*',
    `envie (?:de|d) ${gap(1)}(?:mourir|me tuer|en finir|me pendre|mettre fin)`,
    '(?:veux|veut|voudrais|voudrait|prefere|prefererais) (?:juste |plutot )?mourir',
    '(?:me|se|nous) (?:tuer|pendre)',
    's (?:est|etait) (?:pendue?|tuee?)',
    '(?:me|se) donner la mort',
    '(?:vais|va|veut|voudrais) en finir(?! (?:avec (?!(?:la|ma|sa|cette) vie)|pour))',
    'fin a (?:mes|ses|nos|leurs) jours',
    '(?:plus|pas) (?:envie )?(?:de )?vivre',
    'en finir avec (?:la|ma|sa) vie|envie d en finir|veux en finir',
    // Birth
    'accouch(?:e|es|ent|er|ait|ant)',
    `accouchement ${gap(3)}(?:commence|demarre|en cours|maintenant|imminent)`,
    'per(?:d|ds|du|dre) les eaux|poche des eaux',
    'bebe (?:qui )?(?:arrive|sort|est en train|va sortir)',
    // Accident, allergy, and the words themselves
    `accidents? ${gap(4)}(?:tres )?graves?`,
    'graves? accidents?',
    'chocs? (?:anaphylactiques?|allergiques?)',
    'anaphyla\\w+',
    `(?:reactions? allergiques?|allergie) ${gap(2)}(?:graves?|severes?|violentes?|fortes?)`,
    `(?:forte|grave|violente|grosse) (?:reaction )?allerg\\w+`,
    'oedeme de quincke',
    'gorge (?:qui )?(?:se )?(?:ferme|gonfle|bloque)',
    'urgences? vitales?|pronostic vital',
    'danger de mort|(?:entre la vie et la mort)',
    '(?:vais|va|train de) mourir(?! de (?:rire|faim|soif|chaud|froid|honte|ennui))|je meurs(?! de (?:rire|faim|soif|chaud|froid|honte|ennui|d envie))|mourant(?:e|s|es)?',
    '(?:besoin d|appel\\w+|envoy\\w+) (?:une |d une )?ambulance|appel\\w+ (?:le samu|les pompiers|les secours)',
  ],
  en: [
    // Heart
    'chest (?:pains?|hurts?|hurting|aches?|pressure|tightness|discomfort)',
    `chest ${gap(3)}(?:hurts?|hurting|tight|tightening|painful|crushing|burning)`,
    `(?:pains?|hurts?|hurting|pressure|tightness|tight|ache|burning) ${gap(4)}(?:in|on|across|around) (?:my|his|her|the|their|your|our) chest`,
    'chest (?:is |feels |is feeling |felt |s )?(?:really |very |so |quite |a bit )*heavy',
    'heart (?:attack|failure)|cardiac arrest',
    // Breath
    `(?:can t|cannot|can not|cant|couldn t|could not|unable to|won t|isn t|is not|not|barely|hardly|trouble|difficulty|difficulties|struggling|struggles|problems?|hard time|stopped|having a hard time|hard to|difficult to) (?:to |even |really |with |properly |able to )*(?:breathe|breathing|breath)`,
    `(?:can t|cannot|cant|can not) (?:seem to )?(?:catch|get) (?:my|his|her|their|any)? ?(?:breath|air)`,
    'short(?:ness)? of breath',
    'gasping',
    'chok(?:e|es|ed|ing)',
    'suffocat\\w+',
    // Blood
    `bleed(?:s|ing)? ${gap(4)}(?:heavily|heavy|badly|a lot|so much|too much|profusely|out|everywhere|non stop|nonstop|uncontrollably|severely)`,
    '(?:heavy|heavily|severe|severely|massive|uncontrolled|uncontrollable|bad) bleed\\w*',
    `(?:won t|doesn t|does not|will not|can t|cannot|can not|not|never) stop\\w* (?:the )?bleed\\w*`,
    `bleeding (?:that |which )?(?:just )?(?:won t|doesn t|does not|will not|isn t|is not|hasn t) (?:stop|stopping|stopped)`,
    'h(?:a)?emorrhag\\w+',
    `(?:losing|lost|loses) (?:a lot of|so much|too much|lots of|tons of) blood`,
    '(?:vomit\\w*|throw\\w* up|cough\\w* up|coughing|spitting) (?:up )?blood',
    `bleed\\w* ${gap(3)}(?:and|but) (?:it |he |she )?(?:just )?(?:won t|doesn t|does not|will not|isn t|is not|hasn t|can t) (?:stop|stopping|stopped)`,
    'blood everywhere',
    // Consciousness
    'unconscious(?:ness)?',
    '(?:lost|losing|loses|loss of) consciousness',
    'passed out|passing out|blacked out|collapsed',
    'faint(?:ed|ing|s)',
    '(?:turned|turning|turns|went|going|goes) (?:all |completely )?blue|(?:he|she|baby|face|lips) (?:is |are |s )(?:all |completely |turning )?blue',
    'unresponsive|not (?:responsive|responding)',
    `(?:won t|not|can t|isn t|doesn t|will not|cannot) (?:wake|waking)(?: \\w+)? up|(?:can t|cannot) wake (?:him|her|them|my)`,
    // Brain
    'seizures?|seizing',
    'convuls\\w+',
    'having (?:a|an epileptic) fit|epileptic (?:fit|attack)',
    'strokes?',
    `(?:face|mouth|smile) ${gap(4)}(?:droop\\w*|paraly[sz]ed|numb|crooked|lopsided)`,
    `(?:droop\\w*|paraly[sz]ed) ${gap(3)}(?:face|mouth)`,
    'facial droop\\w*',
    'slurr\\w+ (?:my |his |her |their )?(?:speech|words)|speech is slurr\\w+|words are slurr\\w+',
    // Poison
    'overdos\\w*|over dos(?:e|ed|ing)',
    `(?:took|taken|takes|swallowed|ate) ${gap(2)}(?:too many|too much|whole bottle|entire bottle|bottle|all) ${gap(4)}(?:pills?|tablets?|medication|medications|medicine|meds)`,
    'poisoned|swallowed (?:bleach|poison)',
    // Despair
    'suicid\\w*',
    'kill(?:ing|ed)? (?:myself|himself|herself|themselves|themself|yourself|my self)',
    '(?:end|ending|take|taking) (?:my|his|her|their) (?:own )?life|end it all',
    '(?:want|wants|wanted|wanna|rather) (?:to )?(?:die|be dead)',
    `(?:don t|doesn t|do not|does not) want to (?:live|be alive|be here any ?more)`,
    '(?:hurt|harm|hurting|harming|cut|cutting) (?:myself|himself|herself)',
    // Birth
    'having (?:the|my|our|her|this) baby|having a baby (?:right )?now',
    'baby (?:is |s )?(?:coming|being born)',
    '(?:giving|gives|given) birth',
    '(?:in|into) labou?r|labou?r (?:has |just )?started',
    'waters? (?:has |have |just )*(?:broke|broken)',
    // Allergy, accident, and the words themselves
    `(?:severe|severely|bad|serious|terrible|major|extreme) ${gap(1)}allerg\\w+`,
    `allergic reaction ${gap(3)}(?:severe|bad|serious|terrible|throat|tongue|face)`,
    'anaphyla\\w*',
    '(?:throat|tongue|airway) (?:is |s |has )?(?:closing|closed|swelling|swollen shut|swelled)',
    `(?:serious|bad|terrible|horrible|severe|major|awful|fatal) ${gap(1)}(?:accident|crash)`,
    'life threatening|life or death|matter of life',
    '(?:m|s|is|are|am|re) dying(?! (?:to|for|of (?:laughter|hunger|thirst|heat|boredom|curiosity)))',
    '(?:need|call|calling|send|get) (?:me )?(?:an |the )?ambulance',
  ],
};

/** Every language is heard in every call: people in fear speak their own. */
const anyPhrase = new RegExp(`(?<!\\w)(?:${[...phrases.fr, ...phrases.en].join('|')})(?!\\w)`);

/**
 * Whether an utterance holds a phrase that sounds like a danger to life. Neither a negation nor a past tense takes it
 * back: “no chest pain” is worth one question, and a machine that weighs grammar would miss the real one.
 */
export const soundsLikeEmergency = (utterance: string): boolean => anyPhrase.test(foldSpeech(utterance));
