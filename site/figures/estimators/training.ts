/** Steps that train a running baseline or a control variate before it is measured, and how many at a time. */
export const WARM = 50;
export const AT_ONCE = 10;
