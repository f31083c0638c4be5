// Package house holds no code of the program: its tests guard how the house
// is built. Imports point one way, stores are known to the wiring only,
// drivers and frameworks stay in their rooms, the clock enters in cmd, and
// every package says what it is for.
package house
