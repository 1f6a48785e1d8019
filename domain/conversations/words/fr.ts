import type { ToolWords } from './tool-words.ts';

const numbers = (number1: string, number2?: string): string =>
  number2 ? `le ${number1}, ou le ${number2}` : `le ${number1}`;

export const fr: ToolWords = {
  codes: {
    OK: 'C’est fait.',
    SLOT_TAKEN: 'Ce créneau vient d’être pris.',
    SLOT_INVALID: 'Cet horaire n’est pas proposé. Voulez-vous que je regarde les créneaux libres ?',
    TOO_SOON: 'C’est trop tôt pour réserver par téléphone. Voulez-vous un horaire un peu plus tard ?',
    OUTSIDE_HORIZON: 'Cette date est trop lointaine pour être réservée. Souhaitez-vous une date plus proche ?',
    PAST: 'Cette date est déjà passée. Quel jour souhaitez-vous ?',
    CLOSED: 'Il n’y a pas de consultation à ce moment-là. Quel autre moment vous conviendrait ?',
    NO_OPERATORY: 'Aucune salle n’est libre à cette heure-là. Quel autre horaire vous conviendrait ?',
    TYPE_NOT_BOOKABLE:
      'Ce type de rendez-vous se prend directement avec l’équipe. Voulez-vous que je transmette un message ?',
    PROVIDER_UNKNOWN: 'Je ne trouve pas ce médecin à la clinique. Pouvez-vous répéter son nom ?',
    PROVIDER_AMBIGUOUS: 'Plusieurs médecins portent un nom proche. Lequel souhaitez-vous voir ?',
    DATE_WEEKDAY_MISMATCH: 'Le jour et la date ne correspondent pas. Quel jour souhaitez-vous ?',
    HOLD_EXPIRED: 'Ce créneau n’est plus gardé pour vous. Voulez-vous que je regarde à nouveau ?',
    PATIENT_OVERLAP: 'Le patient a déjà un rendez-vous à ce moment-là. Quel autre horaire vous conviendrait ?',
    PATIENT_LIMIT:
      'Je ne peux pas ajouter d’autre rendez-vous par téléphone. Voulez-vous que je transmette un message à l’équipe ?',
    CONVERSATION_LIMIT:
      'Je ne peux pas prendre plus de rendez-vous pendant cet appel. Voulez-vous que je transmette un message à l’équipe ?',
    NOT_VERIFIED:
      'Pour cela, je dois d’abord vérifier l’identité du patient. Quels sont son nom complet et sa date de naissance ?',
    TENANT_MISMATCH:
      'Je ne peux pas faire cela pour cette clinique. Voulez-vous que je transmette un message à l’équipe ?',
    EMERGENCY_ACTIVE:
      'Cela peut être une urgence. Je ne peux pas prendre de rendez-vous maintenant. Raccrochez et appelez les secours.',
    RETRY_LATER: 'Je n’arrive pas à le faire pour l’instant. Pouvez-vous patienter un instant, que je réessaie ?',
    APPOINTMENT_UNKNOWN: 'Je ne trouve pas ce rendez-vous. Quel jour a-t-il lieu ?',
    APPOINTMENT_CLOSED: 'Ce rendez-vous est déjà annulé ou terminé.',
    NOTICE_TOO_SHORT: 'Ce rendez-vous est trop proche pour être changé par téléphone. Voulez-vous parler à l’équipe ?',
    CHANGED_MEANWHILE: 'Ce rendez-vous vient d’être modifié. Voulez-vous que je regarde à nouveau ?',
    RANGE_TAKEN: 'Cette plage n’est pas libre.',
    RANGE_TOO_LONG: 'Cette plage est trop longue.',
    ARGUMENTS_INVALID: 'Je n’ai pas bien compris. Pouvez-vous préciser votre demande ?',
    TYPE_UNKNOWN: 'Je ne connais pas ce type de rendez-vous. De quoi avez-vous besoin ?',
    TYPE_AMBIGUOUS: 'Pour quel type de rendez-vous appelez-vous ?',
    NONE_FREE: 'Il n’y a plus de place.',
    CHANGE_TO_CONFIRM: 'Un rendez-vous vient déjà d’être pris. Voulez-vous le remplacer ?',
    VERIFICATION_LOCKED:
      'Je ne peux pas confirmer votre identité par téléphone. Je vous mets en relation avec l’équipe.',
    EMERGENCY_TO_CONFIRM: 'Ce que vous dites peut être une urgence. Est-ce que cela se passe en ce moment ?',
    NOBODY_AVAILABLE: 'Personne ne peut vous répondre pour l’instant. Voulez-vous laisser un message ?',
  },
  ask: {
    language: 'Préférez-vous parler français ou anglais ?',
    doctor: 'Avec quel médecin souhaitez-vous un rendez-vous ?',
    appointment_type: 'Pour quel type de rendez-vous appelez-vous ?',
    date: 'Quel jour souhaitez-vous ?',
    until: 'Jusqu’à quel jour cela vous conviendrait-il ?',
    weekday: 'Quel jour de la semaine souhaitez-vous ?',
    part_of_day: 'Préférez-vous le matin ou l’après-midi ?',
    time: 'À quelle heure souhaitez-vous venir ?',
    choice: 'Lequel de ces horaires vous convient ?',
    strategy: 'Préférez-vous le plus tôt possible, ou plusieurs jours au choix ?',
    urgency: 'Est-ce que cela peut attendre, ou faut-il une place aujourd’hui ?',
    current_date: 'Quel jour a lieu le rendez-vous actuel ?',
    current_time: 'À quelle heure est le rendez-vous actuel ?',
    existing_appointment: 'Voulez-vous remplacer le premier rendez-vous, ou garder les deux ?',
    patient_name: 'Quels sont le prénom et le nom du patient ?',
    date_of_birth: 'Quelle est la date de naissance du patient ?',
    date_of_birth_said: 'Pouvez-vous répéter la date de naissance, avec le mois en toutes lettres ?',
    caller_name: 'Quel est votre nom ?',
    callback_number: 'À quel numéro peut-on vous joindre ?',
    reason: 'Quel est le motif de la visite ?',
    message: 'Quel message souhaitez-vous laisser ?',
    consent: 'Acceptez-vous d’être contacté si une place se libère ?',
    happening_now: 'Est-ce que cela se passe en ce moment ?',
    topic: 'Que souhaitez-vous savoir sur la clinique ?',
  },

  today: (date) => `aujourd’hui ${date}`,
  tomorrow: (date) => `demain ${date}`,

  offerItem: ({ date, time, provider }) => `${date} à ${time} avec ${provider}`,
  offerDay: (date, times) => `${date} à ${times}`,
  offerTimeWith: (time, provider) => `${time} avec ${provider}`,
  offerAllWith: (list, provider) => `${list}, avec ${provider}`,
  or: ', ou ',
  offer: (list) => `Je peux vous proposer ${list}. Qu’est-ce qui vous convient ?`,

  onDay: (date) => `le ${date}`,
  betweenDays: (from, to) => `entre le ${from} et le ${to}`,
  partsOfDay: { morning: 'dans la matinée', afternoon: 'dans l’après-midi', evening: 'en fin de journée' },
  withProvider: (provider) => `avec ${provider}`,
  offerNone: (when, slot) => `Il n’y a plus de place ${when}. Le prochain créneau libre est ${slot}.`,
  nothingLeft: (when) => `Il n’y a plus de place ${when}.`,
  nothingAtAll: (whom) => `Il n’y a plus de place ${[whom, 'dans les prochaines semaines'].filter(Boolean).join(' ')}.`,
  doesItSuit: 'Cela vous convient ?',
  waitlistInstead: 'Voulez-vous être inscrit sur la liste d’attente ?',
  callbackInstead: 'Si cela ne peut pas attendre, je peux demander à l’équipe de vous rappeler aujourd’hui.',

  slotTaken: (offer) => `Ce créneau vient d’être pris. ${offer}`,
  tooLate: (lastDate) =>
    `Je peux réserver jusqu’au ${lastDate} seulement. Quel jour vous conviendrait avant cette date ?`,
  whichDay: (date) => `Le jour et la date ne correspondent pas : cette date est le ${date}. Quel jour souhaitez-vous ?`,
  held: ({ date, time, provider }) =>
    `Je vous garde ${date} à ${time} avec ${provider} quelques minutes. À quel nom est le rendez-vous ?`,
  free: (slot) => `Ce créneau est libre : ${slot}. À quel nom est le rendez-vous ?`,
  readback: ({ type, provider, date, time, firstName }) =>
    `Je récapitule : ${type} avec ${provider}, ${date} à ${time}, pour ${firstName}. C’est bien cela ?`,
  booked: (date, time) => `C’est noté. Votre rendez-vous est confirmé ${date} à ${time}.`,
  changeToConfirm: (before, after) =>
    `Un rendez-vous vient d’être pris pour ${before}. Souhaitez-vous plutôt ${after}, ou garder les deux ?`,
  moved: ({ date, time, provider }) =>
    `C’est noté. Votre rendez-vous a été déplacé : ${date} à ${time} avec ${provider}.`,
  cancelled: (date, time) => `C’est noté. Le rendez-vous prévu ${date} à ${time} est annulé.`,
  confirmed: (date, time) => `C’est noté. Vous êtes attendu ${date} à ${time}.`,
  callbackNoted: 'J’indique aussi à l’équipe que c’est urgent, pour qu’elle vous rappelle.',

  noAppointments: 'Je ne vois aucun rendez-vous à venir.',
  oneAppointment: (item) => `Vous avez un rendez-vous ${item}.`,
  appointments: (list) => `Vous avez rendez-vous ${list}.`,
  andMore: (count) => (count === 1 ? 'Il y en a encore un autre.' : `Il y en a encore ${count} autres.`),
  whichAppointment: (list) => `De quel rendez-vous parlez-vous : ${list} ?`,

  verified: 'Merci, c’est vérifié. Que puis-je faire pour vous ?',
  verifyAgain:
    'Je n’ai pas pu confirmer ces informations. Pouvez-vous répéter le nom complet et la date de naissance ?',
  verifyFail: 'Je ne peux pas confirmer votre identité par téléphone. Je vous mets en relation avec l’équipe.',
  verifyFailWritten: (phone) =>
    phone
      ? `Je ne peux pas confirmer votre identité par écrit. Appelez l’équipe au ${phone}, ou laissez-lui un message.`
      : 'Je ne peux pas confirmer votre identité par écrit. Vous pouvez laisser un message à l’équipe.',
  isBornOn: (date) => `La date de naissance est bien le ${date} ?`,

  messageTaken: 'C’est noté. Je transmets votre message à l’équipe.',
  messageWithoutNumber: 'C’est noté. Je transmets votre message à l’équipe. À quel numéro peut-elle vous rappeler ?',
  waitlisted: 'C’est noté. Vous êtes sur la liste d’attente, et nous vous contacterons si une place se libère.',
  notWaitlisted: 'D’accord, je ne vous inscris pas sur la liste d’attente. Puis-je faire autre chose pour vous ?',
  transferring: 'Je vous mets en relation avec l’équipe. Ne quittez pas.',
  goodbye: 'Merci de votre appel. Au revoir.',

  emergency: (number1, number2) =>
    `Cela peut être une urgence. Raccrochez et appelez tout de suite ${numbers(number1, number2)}.`,
  emergencyWritten: (number1, number2) =>
    `Cela peut être une urgence, et personne ici ne peut envoyer de secours. Appelez tout de suite ${numbers(number1, number2)}.`,
  emergencyTransfer: 'Si vous restez en ligne, je vous mets en relation avec l’équipe de garde.',
  notAnEmergency: (number1, number2) =>
    `D’accord. Si cela arrive, raccrochez et appelez tout de suite ${numbers(number1, number2)}.`,

  providerUnknown: (list) => `Je ne trouve pas ce médecin à la clinique. Nous avons ${list}. Qui souhaitez-vous voir ?`,
  whichProvider: (list) => `Souhaitez-vous voir ${list} ?`,
  providers: (list) => `À la clinique, vous pouvez voir ${list}.`,
  providersAmongOthers: (list, count) =>
    `À la clinique, vous pouvez voir ${list}, et ${count === 1 ? 'un autre médecin' : `${count} autres médecins`}. Avez-vous une préférence ?`,
  typeUnknown: (list) => `Je ne connais pas ce type de rendez-vous. Nous proposons ${list}. De quoi avez-vous besoin ?`,
  whichType: (list) => `Pour quel type de rendez-vous appelez-vous : ${list} ?`,
  types: (list) => `Vous pouvez réserver par téléphone : ${list}.`,
  typesAmongOthers: (list, count) =>
    `Vous pouvez réserver par téléphone : ${list}, et ${count === 1 ? 'un autre type' : `${count} autres types`} de rendez-vous. De quoi avez-vous besoin ?`,
  noTypes: 'Je ne peux pas prendre de rendez-vous pour cette clinique. Voulez-vous laisser un message ?',

  hoursUnknown: 'Les horaires ne m’ont pas été communiqués.',
  hours: (hours) => `Voici les horaires : ${hours}.`,
  address: (address) => `L’adresse est ${address}.`,
  phone: (phone) => `Le numéro de la clinique est le ${phone}.`,
  phoneUnknown: 'Le numéro de la clinique ne m’a pas été communiqué.',
  emergencyNumbers: (list) => `En cas d’urgence, appelez le ${list.replaceAll(/, | ou /g, '$&le ')}.`,
};
