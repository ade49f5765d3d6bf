// Package rounds has the round constants of FIPS 180-4.
package rounds

import (
	"math"
	"math/big"
)

// SHA1 are the constants of SHA-1, one for each twenty rounds.
var SHA1 = [4]uint32{0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6}

// SHA256 are the constants of SHA-256: the first 32 bits of the fractional parts
// of the cube roots of the first 64 primes.
func SHA256() []uint32 {
	var all []uint32
	for n := int64(2); len(all) < 64; n++ {
		if big.NewInt(n).ProbablyPrime(0) {
			_, fraction := math.Modf(math.Cbrt(float64(n)))
			all = append(all, uint32(fraction*(1<<32)))
		}
	}
	return all
}
