<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Cash refund</source>
        <translation>现金退款</translation>
    </message>
    <message>
        <source>Cash sale</source>
        <translation>现金售票</translation>
    </message>
    <message>
        <source>Customer's signature</source>
        <translation>旅客签字</translation>
    </message>
    <message>
        <source>Fare paid</source>
        <translation>票价</translation>
    </message>
    <message>
        <source>If you can read this, the printer prints.</source>
        <translation>能看清这行字，打印机工作正常。</translation>
    </message>
    <message>
        <source>Received in cash</source>
        <translation>实收现金</translation>
    </message>
    <message>
        <source>Refunded in cash</source>
        <translation>应退票款（现金）</translation>
    </message>
    <message>
        <source>Signature</source>
        <translation>签字</translation>
    </message>
    <message>
        <source>Test print</source>
        <translation>打印测试</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
</context>
</TS>
