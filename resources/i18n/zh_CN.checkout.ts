<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Nobody knows yet whether the card was charged. Ask the terminal; charge nothing again.</source>
        <translation>尚不清楚是否已刷卡成功。请查询刷卡终端，切勿重复收款。</translation>
    </message>
    <message>
        <source>Nobody knows yet whether the customer paid. Ask central; charge nothing again.</source>
        <translation>尚不清楚旅客是否已付款。请向中心查询，切勿重复收款。</translation>
    </message>
    <message>
        <source>Nobody knows yet whether the card got its money back. Ask the terminal.</source>
        <translation>尚不清楚款项是否已退回银行卡。请查询刷卡终端。</translation>
    </message>
    <message>
        <source>Nobody knows yet whether the customer got the money back. Ask central.</source>
        <translation>尚不清楚款项是否已退回旅客。请向中心查询。</translation>
    </message>
    <message>
        <source>What the terminal says does not fit this payment. Print its last receipts there, compare amount, time and receipt number, and decide with a supervisor.</source>
        <translation>终端所报与本笔支付不符。请在终端打印最近的签购单，核对金额、时间和凭证号，再与值班员共同认定。</translation>
    </message>
    <message>
        <source>ALARM: the terminal gave back another payment than this one, of another customer. Compare its receipts at once and decide with a supervisor.</source>
        <translation>警报：终端撤销了另一位旅客的另一笔支付。请立即核对终端签购单，并与值班员共同认定。</translation>
    </message>
    <message>
        <source>All is paid. Make the sale, and the tickets print; or give the money back.</source>
        <translation>款已付清。请完成售票并打印车票，或将款项退回。</translation>
    </message>
    <message>
        <source>Part of it is paid. Go on at its checkout, or give the money back.</source>
        <translation>已付部分款项。请回到收款界面继续，或将款项退回。</translation>
    </message>
    <message>
        <source>It is paid, and its places are gone. Give the money back.</source>
        <translation>款已付，但席位已不在。请将款项退回。</translation>
    </message>
    <message>
        <source>The customer has not got this money back yet. Try again, or pay it out in cash.</source>
        <translation>这笔款项尚未退给旅客。请重试，或改付现金。</translation>
    </message>
    <message>
        <source>Somebody is at it just now.</source>
        <translation>正在处理中。</translation>
    </message>
    <message>
        <source>Make the sale</source>
        <translation>完成售票</translation>
    </message>
    <message>
        <source>To its checkout</source>
        <translation>回到收款</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Pay out in cash …</source>
        <translation>改付现金…</translation>
    </message>
    <message>
        <source>Decide …</source>
        <translation>认定…</translation>
    </message>
    <message>
        <source>Carry over …</source>
        <translation>结转…</translation>
    </message>
    <message>
        <source>the terminal did not answer in time</source>
        <translation>终端未及时应答</translation>
    </message>
    <message>
        <source>the line to the terminal broke</source>
        <translation>与终端的连接中断</translation>
    </message>
    <message>
        <source>the terminal's answer was damaged</source>
        <translation>终端应答有误</translation>
    </message>
    <message>
        <source>the terminal ended without saying how</source>
        <translation>终端结束但未报告结果</translation>
    </message>
    <message>
        <source>the terminal answered about another payment</source>
        <translation>终端应答的是另一笔支付</translation>
    </message>
    <message>
        <source>the answer could not be kept here</source>
        <translation>应答未能在本机保存</translation>
    </message>
    <message>
        <source>the program was ended on the way</source>
        <translation>程序中途退出</translation>
    </message>
    <message>
        <source>central did not answer in time</source>
        <translation>中心未及时应答</translation>
    </message>
    <message>
        <source>central was not reached</source>
        <translation>未能连上中心</translation>
    </message>
    <message>
        <source>the terminal is not reachable</source>
        <translation>终端无法连接</translation>
    </message>
    <message>
        <source>the terminal refused the registration</source>
        <translation>终端拒绝注册</translation>
    </message>
    <message>
        <source>the terminal is silent</source>
        <translation>终端无应答</translation>
    </message>
    <message>
        <source>the terminal is busy</source>
        <translation>终端忙</translation>
    </message>
    <message>
        <source>the terminal did not say what its last payment was</source>
        <translation>终端未报告上一笔支付</translation>
    </message>
    <message>
        <source>the program could not keep what happened</source>
        <translation>程序未能保存处理结果</translation>
    </message>
    <message>
        <source>an earlier payment on the terminal is not settled</source>
        <translation>终端上有一笔支付尚未了结</translation>
    </message>
    <message>
        <source>it was paid at another terminal</source>
        <translation>该笔支付是在另一台终端上完成的</translation>
    </message>
    <message>
        <source>nothing was paid back</source>
        <translation>未退款</translation>
    </message>
    <message>
        <source>the terminal did not say who it is</source>
        <translation>终端未报告终端号</translation>
    </message>
    <message>
        <source>the terminal's last payment is another one</source>
        <translation>终端上一笔是另一笔支付</translation>
    </message>
    <message>
        <source>the terminal gave back another payment</source>
        <translation>终端撤销了另一笔支付</translation>
    </message>
    <message>
        <source>the terminal did nothing</source>
        <translation>终端未扣款</translation>
    </message>
    <message>
        <source>found at the terminal</source>
        <translation>在终端查到</translation>
    </message>
    <message>
        <source>the terminal gave no receipt number</source>
        <translation>终端未给凭证号</translation>
    </message>
    <message>
        <source>not enough money</source>
        <translation>余额不足</translation>
    </message>
    <message>
        <source>the code is not valid</source>
        <translation>付款码无效</translation>
    </message>
    <message>
        <source>the code has run out</source>
        <translation>付款码已过期</translation>
    </message>
    <message>
        <source>not valid</source>
        <translation>无效</translation>
    </message>
    <message>
        <source>no code was shown</source>
        <translation>未出示付款码</translation>
    </message>
    <message>
        <source>decided by a supervisor</source>
        <translation>值班员已认定</translation>
    </message>
    <message>
        <source>Back to: {leg}</source>
        <translation>退回：{leg}</translation>
    </message>
    <message>
        <source>not sent yet</source>
        <translation>尚未发送</translation>
    </message>
    <message>
        <source>under way</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>approved</source>
        <translation>已付</translation>
    </message>
    <message>
        <source>declined</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>not known</source>
        <translation>结果不明</translation>
    </message>
    <message>
        <source>nothing was charged</source>
        <translation>未扣款</translation>
    </message>
    <message>
        <source>to be decided</source>
        <translation>待认定</translation>
    </message>
    <message>
        <source>being given back</source>
        <translation>正在退回</translation>
    </message>
    <message>
        <source>given back</source>
        <translation>已退回</translation>
    </message>
    <message>
        <source>giving back: not known</source>
        <translation>退回结果不明</translation>
    </message>
    <message>
        <source>no terminal here</source>
        <translation>未配置终端</translation>
    </message>
    <message>
        <source>a payment is not settled</source>
        <translation>有未了结的支付</translation>
    </message>
    <message>
        <source>needs central, and the line is down</source>
        <translation>需联中心，当前断线</translation>
    </message>
    <message>
        <source>not while the line is down</source>
        <translation>断线时不可用</translation>
    </message>
    <message>
        <source>needs central</source>
        <translation>需联中心</translation>
    </message>
    <message>
        <source>Asking …</source>
        <translation>正在查询…</translation>
    </message>
    <message>
        <source>The customer confirms in the wallet …</source>
        <translation>请旅客在手机上确认…</translation>
    </message>
    <message>
        <source>Taking it back …</source>
        <translation>正在撤销…</translation>
    </message>
    <message>
        <source>Follow the terminal</source>
        <translation>请按终端提示操作</translation>
    </message>
    <message>
        <source>The customer confirms the amount</source>
        <translation>请旅客确认金额</translation>
    </message>
    <message>
        <source>Insert, tap or swipe the card</source>
        <translation>请插卡、挥卡或刷卡</translation>
    </message>
    <message>
        <source>Swipe the card</source>
        <translation>请刷卡</translation>
    </message>
    <message>
        <source>Take the card out</source>
        <translation>请取出卡片</translation>
    </message>
    <message>
        <source>The customer types the PIN</source>
        <translation>请旅客输入密码</translation>
    </message>
    <message>
        <source>Wrong PIN, once more</source>
        <translation>密码错误，请重新输入</translation>
    </message>
    <message>
        <source>The terminal is asking the bank …</source>
        <translation>终端正在联系银行…</translation>
    </message>
    <message>
        <source>Please wait …</source>
        <translation>请稍候…</translation>
    </message>
    <message>
        <source>Approved</source>
        <translation>已批准</translation>
    </message>
    <message>
        <source>Declined</source>
        <translation>被拒绝</translation>
    </message>
    <message>
        <source>The terminal prints …</source>
        <translation>终端正在打印…</translation>
    </message>
    <message>
        <source>Please watch the PIN pad</source>
        <translation>请看密码键盘</translation>
    </message>
    <message>
        <source>Not accepted</source>
        <translation>不受理</translation>
    </message>
    <message>
        <source>Waiting for the host</source>
        <translation>等待银行主机</translation>
    </message>
    <message>
        <source>Sending an automatic reversal</source>
        <translation>正在自动冲正</translation>
    </message>
    <message>
        <source>Sending later bookings</source>
        <translation>正在补传交易</translation>
    </message>
    <message>
        <source>Card not admitted</source>
        <translation>此卡不受理</translation>
    </message>
    <message>
        <source>Card unknown</source>
        <translation>无法识别此卡</translation>
    </message>
    <message>
        <source>Card expired</source>
        <translation>卡片已过期</translation>
    </message>
    <message>
        <source>Insert the card</source>
        <translation>请插卡</translation>
    </message>
    <message>
        <source>Please remove the card</source>
        <translation>请取出卡片</translation>
    </message>
    <message>
        <source>Card not readable</source>
        <translation>卡片无法读取</translation>
    </message>
    <message>
        <source>Processing error</source>
        <translation>处理出错</translation>
    </message>
    <message>
        <source>Please wait</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>An automatic end of day begins</source>
        <translation>终端开始自动日结</translation>
    </message>
    <message>
        <source>Card invalid</source>
        <translation>卡片无效</translation>
    </message>
    <message>
        <source>Balance display</source>
        <translation>显示余额</translation>
    </message>
    <message>
        <source>System malfunction</source>
        <translation>系统故障</translation>
    </message>
    <message>
        <source>Payment not possible</source>
        <translation>无法支付</translation>
    </message>
    <message>
        <source>Credit not sufficient</source>
        <translation>余额不足</translation>
    </message>
    <message>
        <source>Incorrect PIN</source>
        <translation>密码错误</translation>
    </message>
    <message>
        <source>Limit not sufficient</source>
        <translation>额度不足</translation>
    </message>
    <message>
        <source>Incorrect PIN too often</source>
        <translation>密码错误次数过多</translation>
    </message>
    <message>
        <source>Card data incorrect</source>
        <translation>卡片数据有误</translation>
    </message>
    <message>
        <source>Service mode</source>
        <translation>维护模式</translation>
    </message>
    <message>
        <source>Waiting for the mobile number</source>
        <translation>等待输入手机号</translation>
    </message>
    <message>
        <source>The customer chooses a currency</source>
        <translation>请旅客选择币种</translation>
    </message>
    <message>
        <source>The customer chooses a language</source>
        <translation>请旅客选择语言</translation>
    </message>
    <message>
        <source>The customer chooses debit or credit</source>
        <translation>请旅客选择借记或信用</translation>
    </message>
    <message>
        <source>The customer chooses an application</source>
        <translation>请旅客选择应用</translation>
    </message>
    <message>
        <source>Connecting</source>
        <translation>正在连接</translation>
    </message>
    <message>
        <source>Connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>Or by another way (a sum typed above is a part of it)</source>
        <translation>其他方式（上方输入金额即为其中一部分）</translation>
    </message>
    <message>
        <source>Left to pay</source>
        <translation>尚欠</translation>
    </message>
    <message>
        <source>Stop the payment</source>
        <translation>停止支付</translation>
    </message>
    <message>
        <source>Payments to settle</source>
        <translation>未了结支付</translation>
    </message>
    <message>
        <source>Another kind</source>
        <translation>换一种</translation>
    </message>
    <message>
        <source>Charge</source>
        <translation>收款</translation>
    </message>
    <message>
        <source>Wallet</source>
        <translation>扫码支付</translation>
    </message>
    <message>
        <source>Others</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>A payment is under way</source>
        <translation>支付进行中</translation>
    </message>
    <message>
        <source>Wait for its end, or stop it with Esc.</source>
        <translation>请等待结束，或按 Esc 停止。</translation>
    </message>
    <message>
        <source>This is no payment code</source>
        <translation>这不是付款码</translation>
    </message>
    <message>
        <source>Scan the code under Pay in Alipay or WeChat. It changes every minute.</source>
        <translation>请扫描支付宝或微信“付款”页面的条码，每分钟更新一次。</translation>
    </message>
    <message>
        <source>Give the money back?</source>
        <translation>退回已付款项？</translation>
    </message>
    <message>
        <source>Part of this sale is paid already. Going back gives it back, by the same way it came.</source>
        <translation>本单已付部分款项。返回将按原支付方式退回。</translation>
    </message>
    <message>
        <source>Give it back</source>
        <translation>退回</translation>
    </message>
    <message>
        <source>In cash, rounded: {due}</source>
        <translation>现金（抹零后）：{due}</translation>
    </message>
    <message>
        <source>Stop the payment  Esc</source>
        <translation>停止支付  Esc</translation>
    </message>
    <message>
        <source>Asked to stop. What counts is what the terminal or central says.</source>
        <translation>已请求停止，以终端或中心的结果为准。</translation>
    </message>
    <message>
        <source>Nothing is lost if this takes long. The window stays usable.</source>
        <translation>时间较长也不会丢失任何记录，窗口仍可操作。</translation>
    </message>
    <message>
        <source>Payment code</source>
        <translation>付款码</translation>
    </message>
    <message>
        <source>Number</source>
        <translation>号码</translation>
    </message>
    <message>
        <source>Back  Esc</source>
        <translation>返回  Esc</translation>
    </message>
    <message>
        <source>Charge  Enter</source>
        <translation>收款  Enter</translation>
    </message>
    <message>
        <source>It is not known whether this was paid</source>
        <translation>尚不清楚是否已付款</translation>
    </message>
    <message>
        <source>Charge nothing again, by no way of paying, and take no cash for it. The places stay held. Ask again; or leave it under Payments, and serve the next customer with cash.</source>
        <translation>切勿以任何方式重复收款，也不要改收现金。席位继续保留。请再次查询；或留在“支付”中处理，先以现金接待下一位旅客。</translation>
    </message>
    <message>
        <source>Ask again  F9</source>
        <translation>重新查询  F9</translation>
    </message>
    <message>
        <source>Payments to settle  F5</source>
        <translation>未了结支付  F5</translation>
    </message>
    <message>
        <source>Scan the payment code that the customer shows in Alipay or WeChat.</source>
        <translation>请扫描旅客在支付宝或微信中出示的付款码。</translation>
    </message>
    <message>
        <source>Scan the voucher, or type its number.</source>
        <translation>请扫描代金券，或输入券号。</translation>
    </message>
    <message>
        <source>Scan the member card, or type its number.</source>
        <translation>请扫描会员卡，或输入卡号。</translation>
    </message>
    <message>
        <source>Scan the company's card, or type its number.</source>
        <translation>请扫描单位记账卡，或输入卡号。</translation>
    </message>
    <message>
        <source>Paying: {tender}</source>
        <translation>收款：{tender}</translation>
    </message>
    <message>
        <source>Paying back: {tender}</source>
        <translation>退款：{tender}</translation>
    </message>
    <message>
        <source>Giving back: {tender}</source>
        <translation>退回：{tender}</translation>
    </message>
    <message>
        <source>Asking: {tender}</source>
        <translation>查询：{tender}</translation>
    </message>
    <message>
        <source>Payment</source>
        <translation>支付</translation>
    </message>
    <message>
        <source>carried over</source>
        <translation>已结转</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>发现</translation>
    </message>
    <message>
        <source>What</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>Here</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>There</source>
        <translation>对方</translation>
    </message>
    <message>
        <source>resolved</source>
        <translation>已处理</translation>
    </message>
    <message>
        <source>To settle</source>
        <translation>待了结</translation>
    </message>
    <message>
        <source>End of day at the terminal</source>
        <translation>终端日结</translation>
    </message>
    <message>
        <source>Resolved …</source>
        <translation>处理完毕…</translation>
    </message>
    <message>
        <source>Differences</source>
        <translation>差异</translation>
    </message>
    <message>
        <source>Ask all again</source>
        <translation>全部再查</translation>
    </message>
    <message>
        <source>Resolved</source>
        <translation>处理完毕</translation>
    </message>
    <message>
        <source>What was found, and what was done about it. It is journaled with your name.</source>
        <translation>查明了什么、如何处理。将连同您的姓名记入日志。</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>The sale is made</source>
        <translation>售票完成</translation>
    </message>
    <message>
        <source>Its tickets are being printed.</source>
        <translation>车票正在打印。</translation>
    </message>
    <message>
        <source>The terminal's day is ended; all agrees</source>
        <translation>终端日结完成，账目一致</translation>
    </message>
    <message>
        <source>The terminal's day is ended, and does not agree with the journal</source>
        <translation>终端日结完成，但与日志不一致</translation>
    </message>
    <message>
        <source>Look at the differences; a supervisor resolves them.</source>
        <translation>请查看差异，由值班员处理。</translation>
    </message>
    <message>
        <source>The terminal's day was not ended</source>
        <translation>终端日结未完成</translation>
    </message>
    <message>
        <source>Look at the terminal, then try again.</source>
        <translation>请查看终端后重试。</translation>
    </message>
    <message>
        <source>To settle: {n}</source>
        <translation>待了结：{n}</translation>
    </message>
    <message>
        <source>Differences: {n}</source>
        <translation>差异：{n}</translation>
    </message>
    <message>
        <source>No card terminal</source>
        <translation>无刷卡终端</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>not ready</source>
        <translation>未就绪</translation>
    </message>
    <message>
        <source>Terminal {id}: {word}</source>
        <translation>终端 {id}：{word}</translation>
    </message>
    <message>
        <source>The terminal ends its day …</source>
        <translation>终端正在日结…</translation>
    </message>
    <message>
        <source>Money may have gone to or from the wrong person.</source>
        <translation>款项可能收错或退错了人。</translation>
    </message>
    <message>
        <source>Decide what became of it</source>
        <translation>认定支付结果</translation>
    </message>
    <message>
        <source>Carry it past the end of the shift</source>
        <translation>结转至下一班</translation>
    </message>
    <message>
        <source>Pay it out in cash</source>
        <translation>改付现金</translation>
    </message>
    <message>
        <source>By the terminal's own paper or the gateway's records, never by guess. It is journaled with both names.</source>
        <translation>以终端签购单或支付平台记录为准，不得猜测。将连同两人姓名记入日志。</translation>
    </message>
    <message>
        <source>It stays on this list and stands on the Z report. The terminal is free again.</source>
        <translation>仍列于此，并印在结账报表上。终端恢复可用。</translation>
    </message>
    <message>
        <source>The drawer opens and a slip prints. The card or wallet gets nothing any more.</source>
        <translation>将打开钱箱并打印凭条。不再退回银行卡或钱包。</translation>
    </message>
    <message>
        <source>Number of payments</source>
        <translation>笔数</translation>
    </message>
    <message>
        <source>Sum of payments</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Not in the journal</source>
        <translation>日志中没有</translation>
    </message>
    <message>
        <source>Not at the terminal</source>
        <translation>终端没有</translation>
    </message>
    <message>
        <source>Everything is settled: no payment is open.</source>
        <translation>全部了结，没有未决支付。</translation>
    </message>
    <message>
        <source>The terminal's totals and the journal agree.</source>
        <translation>终端合计与日志一致。</translation>
    </message>
    <message>
        <source>Payments</source>
        <translation>支付</translation>
    </message>
    <message>
        <source>It was paid: the money is on its way to us</source>
        <translation>已付款：款项将入账</translation>
    </message>
    <message>
        <source>It was not paid: no money moved</source>
        <translation>未付款：没有资金变动</translation>
    </message>
    <message>
        <source>It was paid and given back</source>
        <translation>已付款并已退回</translation>
    </message>
    <message>
        <source>Sign</source>
        <translation>签认</translation>
    </message>
    <message>
        <source>Since</source>
        <translation>起始</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>设备</translation>
    </message>
    <message>
        <source>Carried over</source>
        <translation>结转说明</translation>
    </message>
    <message>
        <source>The customer gets it back by:</source>
        <translation>款项退回方式：</translation>
    </message>
    <message>
        <source>Money still to be paid back</source>
        <translation>尚有款项未退</translation>
    </message>
    <message>
        <source>It stays under Payments. Try again there, or pay it out in cash with a supervisor.</source>
        <translation>已列入“支付”。可在那里重试，或与值班员共同改付现金。</translation>
    </message>
    <message>
        <source>Paid back by {tender}</source>
        <translation>已退回{tender}</translation>
    </message>
    <message>
        <source>Hand out in cash</source>
        <translation>付现金</translation>
    </message>
    <message>
        <source>On the terminal: {text}</source>
        <translation>终端显示：{text}</translation>
    </message>
    <message>
        <source>Paid: {due}</source>
        <translation>已付：{due}</translation>
    </message>
    <message>
        <source>Payments to settle: {n}</source>
        <translation>未了结支付：{n}</translation>
    </message>
    <message>
        <source>It stands under Payments, with what to do about it.</source>
        <translation>已列入“支付”，并附处理办法。</translation>
    </message>
    <message>
        <source>No news yet</source>
        <translation>尚无结果</translation>
    </message>
    <message>
        <source>A customer may still be paying. It is asked again every 20 seconds by itself.</source>
        <translation>旅客可能仍在付款。程序每20秒自动查询一次。</translation>
    </message>
    <message>
        <source>No difference was found.</source>
        <translation>没有发现差异。</translation>
    </message>
    <message>
        <source>Part of this sale is paid</source>
        <translation>本单已付部分款项</translation>
    </message>
    <message>
        <source>Take the rest, or go back with Esc: then it is given back.</source>
        <translation>请收取余款；或按 Esc 返回，已付款项将退回。</translation>
    </message>
    <message>
        <source>Terminal: not reachable</source>
        <translation>终端无法连接</translation>
    </message>
    <message>
        <source>Terminal: not registered</source>
        <translation>终端未注册</translation>
    </message>
    <message>
        <source>Terminal: no answer</source>
        <translation>终端无应答</translation>
    </message>
    <message>
        <source>Terminal: busy</source>
        <translation>终端忙</translation>
    </message>
    <message>
        <source>Terminal ready</source>
        <translation>终端就绪</translation>
    </message>
    <message>
        <source>Terminal: not ready</source>
        <translation>终端未就绪</translation>
    </message>
    <message>
        <source>stopped before it was sent</source>
        <translation>未发送即已停止</translation>
    </message>
    <message>
        <source>paid back</source>
        <translation>已退款</translation>
    </message>
</context>
</TS>
