package sha256simd

//go:generate go run -C ../_asm ./sha256 -kernel avx512 -out ../sha256simd/avx512_amd64.s -stubs ../sha256simd/avx512_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel avx2 -out ../sha256simd/avx2_amd64.s -stubs ../sha256simd/avx2_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256 -kernel shani -out ../sha256simd/shani_amd64.s -stubs ../sha256simd/shani_amd64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256arm -kernel crypto -out ../sha256simd/crypto_arm64.s -stubs ../sha256simd/crypto_arm64.go -pkg sha256simd
//go:generate go run -C ../_asm ./sha256arm -kernel neon -out ../sha256simd/neon_arm64.s -stubs ../sha256simd/neon_arm64.go -pkg sha256simd
