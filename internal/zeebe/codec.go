package zeebe

import (
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
)

// messageBuffers are what messages are read into: 256 B to 1 MiB, in steps of two. gRPC's own have no step between 32 KiB and 1 MiB,
// where the answers of polls are. Those of up to 1 KiB gRPC does not give back.
var messageBuffers = func() mem.BufferPool {
	pool, err := mem.NewBinaryTieredBufferPool(8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20)
	if err != nil {
		panic(err) // the steps are constants
	}
	return pool
}()

// codec is gRPC's own for Protocol Buffers, but the pieces of a message are put together in one of its buffers: gRPC's takes one of
// gRPC's, whatever the connection's are. And it tells a [writing] of its request, see [tellWritten].
type codec struct {
	encoding.CodecV2
	buffers mem.BufferPool
}

func newCodec(buffers mem.BufferPool) codec { return codec{encoding.GetCodecV2(proto.Name), buffers} }

func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	w, ok := v.(*toWrite)
	if !ok {
		return c.CodecV2.Marshal(v)
	}
	data, err := c.CodecV2.Marshal(w.request)
	if err == nil {
		w.call.written.Store(true)
	}
	return data, err
}

func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	whole := data.MaterializeToBuffer(c.buffers)
	defer whole.Free()
	return c.CodecV2.Unmarshal(mem.BufferSlice{whole}, v)
}

// Name is empty, so that requests have the content type application/grpc, as they have without a codec of one's own.
func (codec) Name() string { return "" }
