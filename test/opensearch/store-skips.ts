/** Tests of the store's suite that a cluster cannot hold, and why: its own business, named in the store's contract. */
const itsClock = 'a cluster goes by its own clock, which a test cannot set';

export const clusterSkips: Readonly<Record<string, string>> = {
  'the version of a deleted document goes on for a minute, then it starts anew': itsClock,
  'date math in a name is of the day of asking': itsClock,
  'a search sees what was there when it began': 'a cluster may show a part of a bulk that is under way',
  'ids that differ stay different': 'ids travel as UTF-8, in which half a surrogate pair is a question mark',
};
