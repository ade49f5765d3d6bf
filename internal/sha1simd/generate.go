package sha1simd

//go:generate go run -C ../_asm ./sha1 -kernel avx512 -out ../sha1simd/avx512_amd64.s -stubs ../sha1simd/avx512_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel avx2 -out ../sha1simd/avx2_amd64.s -stubs ../sha1simd/avx2_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1 -kernel shani -out ../sha1simd/shani_amd64.s -stubs ../sha1simd/shani_amd64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1arm -kernel crypto -out ../sha1simd/crypto_arm64.s -stubs ../sha1simd/crypto_arm64.go -pkg sha1simd
//go:generate go run -C ../_asm ./sha1arm -kernel neon -out ../sha1simd/neon_arm64.s -stubs ../sha1simd/neon_arm64.go -pkg sha1simd
