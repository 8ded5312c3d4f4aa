// Makes points.csv: three clouds of points, with the names of their classes.   node make.mjs > points.csv
let state = 1;
const uniform = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const spread = () => uniform() + uniform() - 1;
const centres = { left: [-1, 0], right: [1, 0], top: [0, 1.5] };

console.log("x,y,label");
for (let n = 0; n < 100; n++)
  for (const [label, [x, y]] of Object.entries(centres))
    console.log(`${(x + spread()).toFixed(2)},${(y + spread()).toFixed(2)},${label}`);
