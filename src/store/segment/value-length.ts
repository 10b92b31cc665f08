/** A longer text is a body, which nobody asks for whole, and which would fill the lists: it is only hashed. */
export const valueLengthMax = 256;
