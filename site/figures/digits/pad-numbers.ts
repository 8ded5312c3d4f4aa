/** How far the edge of the pad is from its middle, as a tangent: 40 degrees. */
export const REACH = 0.85;
/** The length of styles, of what they have in the mean: a little shorter are a little more typical. */
export const LENGTH = 0.85;
/** How far a style is moved for a slope, to both sides. */
export const SLOPE = 0.5;
